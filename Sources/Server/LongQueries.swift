import Queries

/// The queries of one loop that the worker answers, each once however many requests ask the same.
///
/// A request is answered from views that are no older than those it met, so it can share an answer that is under way only
/// if the snapshot of that turns out to be new enough. Those for whom it is not ask again, all with one query.
struct LongQueries {
    struct Waiter: Equatable {
        let connection: UInt64
        /// Of the views when it asked.
        let position: UInt64
        let ifNoneMatch: [UInt8]?
    }

    private var waiters: [[UInt8]: [Waiter]] = [:]

    /// Whether `target` is under way.
    func contains(_ target: RawSpan) -> Bool {
        // Mostly nothing is, and then this costs nothing.
        guard !waiters.isEmpty else { return false }
        return waiters[target.withUnsafeBytes { [UInt8]($0) }] != nil
    }

    mutating func add(_ waiter: Waiter, for target: [UInt8]) { waiters[target, default: []].append(waiter) }

    /// The target is not under way any more. Gives who waits for it: those for whom a snapshot at `position` is new enough,
    /// and those for whom it is too old.
    mutating func take(_ target: [UInt8], at position: UInt64) -> (ready: [Waiter], late: [Waiter]) {
        let all = waiters.removeValue(forKey: target) ?? []
        return (all.filter { $0.position <= position }, all.filter { $0.position > position })
    }

    /// The connection is gone. What it asked for is still answered, for the cache.
    mutating func forget(_ connection: UInt64) {
        for target in Array(waiters.keys) { waiters[target]?.removeAll { $0.connection == connection } }
    }
}
