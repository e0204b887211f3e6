import LMDB
import POSIX
import Queries
import Synchronization
import Views

/// Answers the queries that would block a loop, one after the other on a thread of its own.
///
/// Each is answered from a snapshot of its own that is as new as the views are when its turn comes. Nothing is kept here: the
/// loop that asked keeps the answer.
final class QueryWorker: Sendable {
    /// Queries of all loops that may wait. None takes longer than 50 ms, so the last waits 3.2 s at most.
    static let queuedMax = 64

    struct Request: Sendable {
        var query: Query
        /// Called once on the worker's thread, unless the server ends first.
        var reply: @Sendable (Result<Answer, LMDBError>) -> Void
    }

    /// What came of a query, in memory of its own.
    enum Answer: Sendable {
        case found(body: [UInt8], etag: UInt64, position: UInt64, partitions: [Partition])
        case notFound(kind: StaticString, position: UInt64)
        case beyondBudget(position: UInt64)

        /// Of the snapshot.
        var position: UInt64 {
            switch self {
            case .found(_, _, let position, _), .notFound(_, let position), .beyondBudget(let position): position
            }
        }
    }

    private struct Queue {
        var requests: [Request] = []
        var isClosed = false
    }

    private let views: ViewBuild
    private let freshness: Freshness
    private let budget_ns: Int
    private let queuedMax: Int
    private let queue = Monitor(Queue())
    /// Queries taken so far.
    let taken = Atomic(0)

    init(
        _ views: ViewBuild, _ freshness: Freshness, budget_ns: Int = ReadBudget.worker_ns,
        queuedMax: Int = QueryWorker.queuedMax
    ) {
        (self.views, self.freshness, self.budget_ns, self.queuedMax) = (views, freshness, budget_ns, queuedMax)
    }

    // MARK: For loops

    /// False when too many wait already.
    func submit(_ request: Request) -> Bool {
        queue.update { queue in
            guard !queue.isClosed, queue.requests.count < queuedMax else { return false }
            queue.requests.append(request)
            taken.wrappingAdd(1, ordering: .relaxed)
            return true
        }
    }

    /// Queries that wait.
    var depth: Int { queue.withLock { $0.requests.count } }

    /// Ends the thread after what it is at. What waits is dropped: the loops must have ended.
    func close() {
        queue.update { queue in
            queue.isClosed = true
            queue.requests = []
        }
    }

    // MARK: The thread

    /// Works until closed.
    func run() throws(LMDBError) {
        var engine = try QueryEngine(views: views, freshness: freshness, cacheBytes: 0, budget_ns: budget_ns)
        while let request = takeNext() {
            let answer: Result<Answer, LMDBError>
            do throws(LMDBError) {
                answer = .success(try QueryWorker.answer(request.query, &engine))
            } catch {
                answer = .failure(error)
            }
            request.reply(answer)
        }
    }

    private enum Turn {
        case request(Request)
        case end
    }

    private func takeNext() -> Request? {
        let turn = queue.wait { queue -> Turn? in
            if queue.isClosed { return .end }
            guard !queue.requests.isEmpty else { return nil }
            return .request(queue.requests.removeFirst())
        }
        guard case .request(let request) = turn else { return nil }
        return request
    }

    private static func answer(_ query: Query, _ engine: inout QueryEngine) throws(LMDBError) -> Answer {
        switch try engine.answer(query, target: RawSpan()) {
        case .found(let answer):
            return .found(
                body: Array(answer.body), etag: answer.etag, position: answer.position, partitions: answer.partitions)
        case .notFound(let kind, let position): return .notFound(kind: kind, position: position)
        case .beyondBudget(let position): return .beyondBudget(position: position)
        }
    }
}
