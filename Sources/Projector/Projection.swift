import EventLog
import JSON
import LMDB
import Marketplace
import Views

/// Applies the log to a build, a batch of records at a time: the step that live projection and rebuild share.
final class Projection {
    private static let recordsOfProgress = 4_096

    private let build: ViewBuild
    private let log: EventLog
    private var reader: LogReader
    private let commits: ViewWriter.Commits
    private var parser = JSONParser()
    /// The position of the last event that is committed.
    private(set) var position: UInt64

    /// Begins behind the build's checkpoint.
    init(_ build: ViewBuild, _ log: EventLog, commits: ViewWriter.Commits) throws(ProjectionError) {
        (self.build, self.log, self.commits) = (build, log, commits)
        do { position = try build.checkpoint().position } catch { throw .views(error) }
        do { reader = try log.makeReader(after: position) } catch { throw .log(error) }
    }

    /// Applies up to `recordsMax` records that end at or below `end`, fewer when they fill a batch, and commits them with the
    /// new checkpoint.
    ///
    /// `onProgress` gets the position every few thousand records; `beforeCommit` is told what the batch touched and where it
    /// ends. False when there was nothing to apply. When something is thrown, nothing of a batch that is committed at once is
    /// in the build: go on with a new projection. One that is committed in steps may have left it unfinished.
    func step(
        upTo end: UInt64, recordsMax: Int = .max, onProgress: (UInt64) -> Void = { _ in },
        beforeCommit: ((Set<Partition>, UInt64) -> Void)? = nil
    ) throws(ProjectionError) -> Bool {
        var reached = position
        let reader = self.reader
        do {
            guard try reader.next(upTo: end) else { return false }
            var views = try build.beginWrite(commits: commits)
            views.notesTouched = beforeCommit != nil
            var records = 0
            repeat {
                records += 1
                if records % Projection.recordsOfProgress == 0 { onProgress(reached) }
                var frames = EventFrames(reader.body)
                while reader.eventCount > 0, frames.advance() {
                    let stored = try EventEnvelope.decode(frames.allBytes, parser: &parser)
                    reached = stored.position
                    try views.apply(stored.event, at: Moment(position: stored.position, time: stored.time))
                }
            } while try records < recordsMax && !views.isFull && reader.next(upTo: end)
            guard reached > position else { return true }
            beforeCommit?(views.touched, reached)
            try views.commit(position: reached, epoch: log.epochs.epoch(of: reached))
            position = reached
            return true
        } catch let error as EventLogError {
            throw .log(error)
        } catch let error as LMDBError {
            throw .views(error)
        } catch let error as ViewError {
            if case .storage(let error) = error { throw .views(error) }
            throw .event(position: reached, reason: error.description)
        } catch let error as EventDecodingError {
            throw .event(position: reader.position, reason: error.description)
        } catch {
            preconditionFailure("unexpected error \(error)")
        }
    }
}

/// Why the views cannot follow the log.
public enum ProjectionError: Error, CustomStringConvertible {
    case log(EventLogError)
    case views(LMDBError)
    /// A sync failed: what of the views is on the disk cannot be known.
    case sync(LMDBError)
    /// The event at `position` cannot be applied: this program and the log disagree.
    case event(position: UInt64, reason: String)

    public var description: String {
        switch self {
        case .log(let error): error.description
        case .views(let error), .sync(let error): error.description
        case .event(let position, let reason): "the event at position \(position) cannot be applied: \(reason)"
        }
    }

    /// Whether views that are made anew from the same log may do better.
    public var isOfViews: Bool {
        switch self {
        case .views(let error): !error.isDiskFull
        case .event: true
        case .log, .sync: false
        }
    }

    /// Whether another try may succeed once there is room.
    var mayPass: Bool {
        if case .views(let error) = self { return error.isDiskFull }
        return false
    }
}
