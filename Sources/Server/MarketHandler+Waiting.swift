import EventLoop
import HTTP
import JSON
import Queries
import Synchronization

extension MarketHandler {
    /// How long a request with a token waits when it does not say, and at most. (CONTRACT: Freshness.)
    private static let waitDefaultSeconds: UInt64 = 1
    private static let waitMaxSeconds: UInt64 = 10

    /// Answers once the views have reached the token, or says that they have not.
    func wait(
        for token: ConsistencyToken, _ query: Query, _ request: borrowing Request, on connection: HTTPConnection
    ) throws(Problem) {
        let seconds = MarketHandler.waitSeconds(request)
        guard seconds > 0 else { throw notYet }
        let target = request.target.withUnsafeBytes { [UInt8]($0) }
        let ifNoneMatch = request.list(.ifNoneMatch)
        let id = connection.id
        let timer = LoopTimer(on: loop) { [unowned self] in
            waiting.remove(id, in: market)?.answer(false)
        }
        let waiter = TokenWaiters.Waiter(position: token.position, timer: timer) {
            [unowned self, unowned connection] isReached in
            guard isReached else {
                return connection.complete { self.refuse(self.notYet, on: connection, into: &$0) }
            }
            self.answerSuspended(query, target, ifNoneMatch, on: connection)
        }
        connection.suspend()
        timer.start(milliseconds: seconds * 1_000)
        waiting.add(id, waiter, in: market)
        // The projector publishes, then looks for waiters; this adds a waiter, then looks at what is published. With a
        // fence on both sides one of the two sees the other.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if market.freshness.appliedPosition >= token.position {
            mailbox.post { ($0.handler as? MarketHandler)?.wakeWaiters() }
        }
    }

    /// Answers every waiting request whose token is reached.
    func wakeWaiters() {
        for connection in waiting.reached(market.freshness.appliedPosition) {
            waiting.remove(connection, in: market)?.answer(true)
        }
    }

    private var notYet: Problem {
        let detail: StaticString =
            if case .following = market.projector.currentCondition {
                "They are catching up. Try again, or wait longer with Prefer: wait=SECONDS (at most 10)."
            } else {
                "They cannot follow the log for now, /readyz says why. Your command is in the log and not lost."
            }
        return Problem("not-yet", .unavailable, "The views are not that new yet", detail: "\(detail)")
    }

    /// `wait=SECONDS` of the request's preferences (RFC 7240); what is not a number of seconds is ignored.
    private static func waitSeconds(_ request: borrowing Request) -> UInt64 {
        guard let wait = request.preference("wait"), let seconds = UInt64(String(decoding: wait, as: UTF8.self)) else {
            return waitDefaultSeconds
        }
        return min(seconds, waitMaxSeconds)
    }
}
