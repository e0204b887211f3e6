import EventLog
import LMDB
import Marketplace
import POSIX
import Views

/// Keeps the live build current on a thread of its own.
public final class Projector: Sendable {
    /// Records of one transaction when there is much to do. When there is little, each batch is what came meanwhile, so an
    /// idle server commits an event at once.
    private static let recordsMax = 2_048
    /// How long to rest after a commit that took so long while `eventsBehind` wait. Events that come meanwhile share the next: a
    /// commit costs about as much for ten of them as for one, and makes every loop take a new snapshot. Where much waits there is no rest.
    static func rest_ns(afterCommitOf_ns taken_ns: UInt64, eventsBehind: UInt64) -> UInt64 {
        eventsBehind < recordsMax ? min(3 * taken_ns, 4_000_000) : 0
    }

    /// How long to wait before another try when the disk is full.
    private static let retryMilliseconds = 200

    /// How the projector is doing.
    public enum Condition: Sendable {
        case following
        /// Something that may pass; it tries again.
        case waiting(String)
        /// An event cannot be applied. Queries go on with what is there.
        case stopped(position: UInt64, reason: String)
        /// A sync failed: the process must end, and the views are put back when they are opened again.
        case failed(String)
    }

    public let build: ViewBuild
    public let freshness: Freshness
    private let log: EventLog
    private let condition = Monitor((condition: Condition.following, stopsBy_ns: UInt64?.none))

    public init(build: ViewBuild, log: EventLog, freshness: Freshness) {
        (self.build, self.log, self.freshness) = (build, log, freshness)
    }

    public var currentCondition: Condition { condition.withLock { $0.condition } }

    /// Applies everything that is durable now, then publishes the position. `onProgress` gets the position now and then.
    ///
    /// Nobody may read the build meanwhile. After an error it may be unfinished, and is to be opened again.
    public func catchUp(onProgress: (UInt64) -> Void) throws(ProjectionError) {
        let projection = try Projection(build, log, commits: .inSteps)
        let end = log.durablePosition
        let synchronizer = Synchronizer(build, .catchingUp)
        while projection.position < end, try projection.step(upTo: end, onProgress: onProgress) {
            try syncing { () throws(LMDBError) in try synchronizer?.committed() }
            onProgress(projection.position)
        }
        try syncing { () throws(LMDBError) in try synchronizer?.finish() }
        freshness.publish(applied: projection.position)
    }

    /// Follows the log until `stop`. `onApplied` is called after each commit, `onCondition` when the condition changes;
    /// both on the projector's thread.
    public func run(onApplied: (UInt64) -> Void, onCondition: (Condition) -> Void) {
        func note(_ new: Condition) {
            condition.update { $0.condition = new }
            onCondition(new)
        }
        var end = UInt64.max
        let synchronizer = Synchronizer(build, .following)
        defer {
            do throws(LMDBError) { try synchronizer?.finish() } catch { note(.failed(error.description)) }
        }
        while !isStopping {
            do {
                try follow(upTo: end, synchronizer, onApplied) {
                    if case .waiting = currentCondition { note(.following) }
                }
                if end < .max { return }
            } catch {
                switch error {
                case .sync(let error): return note(.failed(error.description))
                case .event(let position, _) where end == .max:
                    // What stands before it in its batch is good: apply that much, then stop.
                    end = position - 1
                    note(.stopped(position: position, reason: error.description))
                case _ where error.mayPass:
                    note(.waiting(error.description))
                    // The pages that stand only for the last sync point are room too.
                    do throws(LMDBError) { try synchronizer?.markIfDue(isUrgent: true) } catch {
                        return note(.failed(error.description))
                    }
                    _ = condition.wait(milliseconds: Projector.retryMilliseconds) { $0.stopsBy_ns != nil ? true : nil }
                default:
                    note(.stopped(position: freshness.appliedPosition + 1, reason: error.description))
                    return
                }
            }
        }
    }

    /// Ends `run` when it has applied what the log holds, or after `milliseconds`: the next start applies the rest.
    public func stop(milliseconds: Int = 5_000) {
        condition.update { $0.stopsBy_ns = Clock.monotonicNanoseconds + UInt64(milliseconds) * 1_000_000 }
        log.wakeWaiters()
    }

    private var isStopping: Bool { condition.withLock { $0.stopsBy_ns != nil } }

    private var mustStop: Bool {
        condition.withLock { $0.stopsBy_ns.map { Clock.monotonicNanoseconds >= $0 } ?? false }
    }

    private func follow(
        upTo end: UInt64, _ synchronizer: Synchronizer?, _ onApplied: (UInt64) -> Void, onSuccess: () -> Void
    ) throws(ProjectionError) {
        let projection = try Projection(build, log, commits: .atOnce)
        while !mustStop {
            let started = Clock.monotonicNanoseconds
            let isApplied = try projection.step(
                upTo: end, recordsMax: Projector.recordsMax,
                beforeCommit: { [freshness] touched, position in freshness.stamp(touched, at: position) })
            if isApplied {
                freshness.publish(applied: projection.position)
                onApplied(projection.position)
                onSuccess()
                try syncing { () throws(LMDBError) in try synchronizer?.committed() }
                Clock.rest(
                    nanoseconds: Projector.rest_ns(
                        afterCommitOf_ns: Clock.monotonicNanoseconds - started,
                        eventsBehind: log.durablePosition - projection.position))
            } else if projection.position >= end || isStopping {
                return
            } else {
                let isBehind = synchronizer?.isBehind ?? false
                _ = log.waitForDurable(
                    beyond: projection.position,
                    milliseconds: isBehind ? Int(Synchronizer.Pace.following.interval_ms) : 1_000)
                try syncing { () throws(LMDBError) in try synchronizer?.markIfDue() }
            }
        }
    }

    private func syncing(_ body: () throws(LMDBError) -> Void) throws(ProjectionError) {
        do throws(LMDBError) { try body() } catch { throw .sync(error) }
    }
}
