import LMDB
import POSIX
import Views

/// Brings what the projector commits to the disk, on a thread of its own: a commit is visible before it is durable, as the log
/// could make it again.
///
/// A sync point is taken some time after the first commit that the last one lacks, or sooner when the file grows.
/// Pages that are replaced between two points cannot be used again (`SyncPoints`), so the projector waits when it is far ahead of the disk.
///
/// All but the thread is called by the one that commits.
final class Synchronizer: Sendable {
    /// When the next sync point is due.
    struct Pace {
        /// How long after the first commit that the last one lacks.
        var interval_ms: UInt64
        /// How much the file may grow before.
        var growthBytes: Int
        /// How much it may grow while one is stored before commits wait.
        var growthBytesMax: Int

        /// A power cut costs little work, and the file little room.
        static let following = Pace(interval_ms: 250, growthBytes: 1 << 20, growthBytesMax: 256 << 20)
        /// Every commit changes pages of the one before: what is brought to the disk less often is written fewer times.
        static let catchingUp = Pace(interval_ms: 5_000, growthBytes: 256 << 20, growthBytesMax: 512 << 20)
    }

    private enum Phase {
        case idle
        case storing(SyncPoints.Mark)
        case ended
        /// Nothing can be known of the disk any more.
        case failed(LMDBError)
    }

    private struct Progress {
        var phase = Phase.idle
        /// When the first commit was made that no mark has; nil when all is marked.
        var unmarkedSince_ns: UInt64?
        var bytesAtMark = 0
    }

    let pace: Pace
    private let build: ViewBuild
    private let syncPoints: SyncPoints
    private let progress = Monitor(Progress())
    private let thread: Thread

    /// Nil for a build that has no sync point to keep: one that is being made, and synchronized as a whole in the end.
    init?(_ build: ViewBuild, _ pace: Pace) {
        guard let syncPoints = build.syncPoints, syncPoints.isStored else { return nil }
        let progress = self.progress
        (self.build, self.syncPoints, self.pace) = (build, syncPoints, pace)
        progress.withLock { $0.bytesAtMark = build.usedBytes }
        thread = Thread(name: "synchronizer") { Synchronizer.store(progress, syncPoints) }
    }

    /// After each commit.
    func committed() throws(LMDBError) {
        progress.withLock { progress in
            if progress.unmarkedSince_ns == nil { progress.unmarkedSince_ns = Clock.monotonicNanoseconds }
        }
        let bytes = build.usedBytes
        if bytes - bytesAtMark > pace.growthBytesMax { try waitUntilStored() }
        try markIfDue(isUrgent: bytes - bytesAtMark > pace.growthBytes)
    }

    /// When a commit waits for its sync point and none may follow soon.
    func markIfDue(isUrgent: Bool = false) throws(LMDBError) {
        let isDue = try progress.withLock { progress throws(LMDBError) in
            switch progress.phase {
            case .failed(let error): throw error
            case .storing, .ended: return false
            case .idle: break
            }
            guard let since = progress.unmarkedSince_ns else { return false }
            return isUrgent || Clock.monotonicNanoseconds - since >= pace.interval_ms * 1_000_000
        }
        guard isDue else { return }
        let mark = try syncPoints.mark()
        let bytes = build.usedBytes
        progress.update { progress in
            progress.unmarkedSince_ns = nil
            progress.bytesAtMark = bytes
            progress.phase = .storing(mark)
        }
    }

    /// Whether a commit is still to be marked.
    var isBehind: Bool { progress.withLock { $0.unmarkedSince_ns != nil } }

    /// Returns when all that is committed is on the disk, and ends the thread.
    func finish() throws(LMDBError) {
        defer {
            progress.update { $0.phase = .ended }
            thread.join()
        }
        try waitUntilStored()
        try markIfDue(isUrgent: true)
        try waitUntilStored()
    }

    private var bytesAtMark: Int { progress.withLock { $0.bytesAtMark } }

    private func waitUntilStored() throws(LMDBError) {
        let outcome = progress.wait { progress -> Result<Void, LMDBError>? in
            switch progress.phase {
            case .storing: nil
            case .failed(let error): .failure(error)
            case .idle, .ended: .success(())
            }
        }
        try outcome?.get()
    }

    /// The thread: stores each mark until it is ended or a sync fails.
    private static func store(_ progress: Monitor<Progress>, _ syncPoints: SyncPoints) {
        while let mark = nextMark(progress) {
            do throws(LMDBError) {
                try syncPoints.store(mark)
                progress.update { $0.phase = .idle }
            } catch {
                progress.update { $0.phase = .failed(error) }
            }
        }
    }

    private static func nextMark(_ progress: Monitor<Progress>) -> SyncPoints.Mark? {
        let mark = progress.wait { progress -> SyncPoints.Mark?? in
            switch progress.phase {
            case .idle: nil
            case .storing(let mark): .some(mark)
            case .ended, .failed: .some(nil)
            }
        }
        return mark ?? nil
    }
}
