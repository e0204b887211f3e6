import Decisions
import EventLog
import LMDB
import Marketplace
import POSIX
import Projector
import Synchronization
import Views

/// What all loops of a server share: the log to look at, the queue to put commands on, the views to read.
public final class Market: Sendable {
    let log: EventLog
    let projector: Projector
    let decisions: Decisions
    let currency: Currency
    let importsAllowed: Bool
    let feed: EventFeed
    let worker: QueryWorker
    let cacheBytesPerLoop: Int
    let tokens: TokenIssuer
    let startedAt: UInt64
    /// Requests on all loops that wait for the views to reach their token.
    let waiters = Atomic(0)
    /// Requests on all loops that send commands in lines.
    let commandStreams = Atomic(0)
    /// Event streams on all loops.
    let eventStreams = Atomic(0)
    let handlerCounters: [HandlerCounters]
    private let damage = Monitor<LMDBError?>(nil)
    private let report: @Sendable (String) -> Void

    init(
        log: EventLog, projector: Projector, decisions: Decisions, currency: Currency, importsAllowed: Bool,
        cacheBytes: Int, loops: Int, startedAt: UInt64, worker: QueryWorker? = nil,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.log, self.projector, self.decisions, self.currency) = (log, projector, decisions, currency)
        self.importsAllowed = importsAllowed
        feed = EventFeed(log)
        self.worker = worker ?? QueryWorker(projector.build, projector.freshness)
        cacheBytesPerLoop = cacheBytes / max(loops, 1)
        tokens = TokenIssuer(log.epochs)
        handlerCounters = (0..<loops).map { _ in HandlerCounters() }
        (self.startedAt, self.report) = (startedAt, report)
    }

    /// The first error of a query that could not read the views.
    var viewsDamage: LMDBError? { damage.withLock { $0 } }

    /// A query could not read the views. Said once.
    func noteDamage(_ error: LMDBError) {
        let isFirst = damage.withLock { damage in
            defer { damage = damage ?? error }
            return damage == nil
        }
        if isFirst { report("the views cannot be read: \(error): stop vitrine and use vitrine-rebuild") }
    }

    var freshness: Freshness { projector.freshness }
}

/// What a loop's handler has done so far, readable from any thread.
final class HandlerCounters: Sendable {
    let cacheHits = Atomic(0)
    let cacheMisses = Atomic(0)
    let cacheEvictions = Atomic(0)
    let cacheStaleDrops = Atomic(0)
    let cacheBytes = Atomic(0)
    let queries = Atomic(0)
    let commands = Atomic(0)
    let problems = Atomic(0)
}
