import EventLog
import POSIX
import Synchronization

/// Reads the log for clients on a thread of its own, so that no loop ever waits for the disk.
///
/// A page is asked for once and answered once. A stream *follows* from the position it stands at: as soon as the log goes
/// beyond, it is given one step, and follows again from that step's end when its client has taken it. Streams that stand
/// at the same position share the step: it is read and encoded once, however many they are, and posted once to each loop.
final class EventFeed: Sendable {
    /// Pages that may wait; a stream waits in `standing`, bounded by `EventStreams.countMax`.
    private static let queuedMax = 1_024
    /// Before the next step the loops are given this long for each stream that the last one went to: about four times
    /// what writing to it takes, so that streams leave the loops most of their time however fast the log grows.
    private static let rest_nsPerStream: UInt64 = 20_000

    struct Request: Sendable {
        var after: UInt64
        var limit: Int
        /// Called once on the feed's thread.
        var reply: @Sendable (Result<Answer, EventLogError>) -> Void
    }

    struct Answer: Sendable {
        var lines: [UInt8]
        /// The log's end when it was read.
        var logEnd: UInt64
    }

    /// Where a loop takes the steps of its streams.
    struct Outlet: Sendable {
        var loop: ObjectIdentifier
        /// Called on the feed's thread, with the connections that the step is for.
        var deliver: @Sendable (Result<Step, EventLogError>, [UInt64]) -> Void
    }

    private struct Followers {
        let outlet: Outlet
        var connections: Set<UInt64> = []
    }

    private struct Queue {
        var requests: [Request] = []
        /// Streams by the position they stand at, then by loop.
        var standing: [UInt64: [ObjectIdentifier: Followers]] = [:]
        /// The positions in `standing`, the one that has waited longest first.
        var order: [UInt64] = []
        var isPagesTurn = true
        var isClosed = false
    }

    private enum Work {
        case page(Request)
        case step(after: UInt64, [Followers])
    }

    let log: EventLog
    let tokens: TokenIssuer
    private let queue = Monitor(Queue())
    /// Positions in `standing`, for the writer, who would rather not take the lock.
    private let standingCount = Atomic(0)

    init(_ log: EventLog) {
        (self.log, tokens) = (log, TokenIssuer(log.epochs))
        log.observe { [unowned self] in logGrew() }
    }

    // MARK: For loops

    /// False when too many wait already.
    func submit(_ request: Request) -> Bool {
        queue.update { queue in
            guard !queue.isClosed, queue.requests.count < EventFeed.queuedMax else { return false }
            queue.requests.append(request)
            return true
        }
    }

    /// Gives each of these streams, which stand at `position`, the step behind it once there is one.
    func follow(_ connections: [UInt64], from position: UInt64, _ outlet: Outlet) {
        guard !connections.isEmpty else { return }
        queue.update { queue in
            if queue.standing[position] == nil { queue.order.append(position) }
            queue.standing[position, default: [:]][outlet.loop, default: Followers(outlet: outlet)].connections
                .formUnion(connections)
            standingCount.store(queue.standing.count, ordering: .sequentiallyConsistent)
        }
    }

    /// The stream is gone. A step that is under way is still delivered.
    func leave(_ connection: UInt64, at position: UInt64, _ outlet: Outlet) {
        queue.withLock { queue in
            guard var loops = queue.standing[position] else { return }
            loops[outlet.loop]?.connections.remove(connection)
            if loops[outlet.loop]?.connections.isEmpty == true { loops[outlet.loop] = nil }
            queue.standing[position] = loops.isEmpty ? nil : loops
            if loops.isEmpty { queue.order.removeAll { $0 == position } }
            standingCount.store(queue.standing.count, ordering: .sequentiallyConsistent)
        }
    }

    func close() { queue.update { $0.isClosed = true } }

    /// On the writer's thread. It publishes, then looks for streams; a loop adds a stream, then the feed looks at what is
    /// published. With a fence on both sides one of the two sees the other.
    private func logGrew() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if standingCount.load(ordering: .sequentiallyConsistent) > 0 { queue.update { _ in } }
    }

    // MARK: The thread

    /// Works until closed and every page is answered; streams that stand are then forgotten.
    func run() {
        var restsUntil_ns: UInt64 = 0
        while let work = takeNext(&restsUntil_ns) {
            switch work {
            case .page(let request):
                request.reply(Result { () throws(EventLogError) in try readPage(after: request.after, request.limit) })
            case .step(let position, let followers):
                let step = Result { () throws(EventLogError) in try readStep(after: position) }
                var count = 0
                for loop in followers {
                    loop.outlet.deliver(step, Array(loop.connections))
                    count += loop.connections.count
                }
                restsUntil_ns = Clock.monotonicNanoseconds + UInt64(count) * EventFeed.rest_nsPerStream
            }
        }
    }

    /// Pages and steps take turns, so that neither waits for all of the other.
    private func takeNext(_ restsUntil_ns: inout UInt64) -> Work? {
        while true {
            let now = Clock.monotonicNanoseconds
            let rest_ms = restsUntil_ns > now ? Int((restsUntil_ns - now) / 1_000_000) + 1 : nil
            let mayStep = rest_ms == nil || rest_ms == 1
            let work = queue.wait(milliseconds: mayStep ? nil : rest_ms) { queue -> Work?? in
                let mayTakePage = !queue.requests.isEmpty
                if mayTakePage, queue.isPagesTurn || !mayStep || queue.isClosed {
                    queue.isPagesTurn = false
                    return .page(queue.requests.removeFirst())
                }
                if queue.isClosed { return .some(nil) }
                if mayStep, let step = takeStep(&queue) {
                    queue.isPagesTurn = true
                    return step
                }
                return mayTakePage ? .page(queue.requests.removeFirst()) : nil
            }
            if let work { return work }
        }
    }

    private func takeStep(_ queue: inout Queue) -> Work? {
        guard !queue.order.isEmpty else { return nil }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let logEnd = log.durablePosition
        // All but one stand before the end, so this looks at two.
        guard let index = queue.order.firstIndex(where: { $0 < logEnd }) else { return nil }
        let position = queue.order.remove(at: index)
        let loops = queue.standing.removeValue(forKey: position) ?? [:]
        standingCount.store(queue.standing.count, ordering: .sequentiallyConsistent)
        return .step(after: position, Array(loops.values))
    }
}
