import EventLoop
import Synchronization

/// Requests of one loop that wait for the views to reach their token: bounded by the loop's connections.
struct TokenWaiters {
    struct Waiter {
        let position: UInt64
        /// Runs out with the request's patience.
        let timer: LoopTimer
        /// Answers from views that are new enough, or says that they are not.
        let answer: (_ isReached: Bool) -> Void
    }

    private var waiters: [UInt64: Waiter] = [:]

    mutating func add(_ connection: UInt64, _ waiter: Waiter, in market: Market) {
        waiters[connection] = waiter
        market.waiters.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    @discardableResult
    mutating func remove(_ connection: UInt64, in market: Market) -> Waiter? {
        guard let waiter = waiters.removeValue(forKey: connection) else { return nil }
        market.waiters.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return waiter
    }

    /// The connections whose token is reached at `position`.
    func reached(_ position: UInt64) -> [UInt64] {
        waiters.compactMap { $0.value.position <= position ? $0.key : nil }
    }
}
