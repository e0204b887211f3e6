import POSIX

/// Why the log refuses: each description says what, where and what to do.
public enum EventLogError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process (or another log in this one) holds the directory. The pid is nil if it was not written yet.
    case locked(directory: String, pid: Int32?)
    /// There is no log where one should be read.
    case missing(directory: String)
    /// Bytes that were synced are no longer what they were. `segment` is the file's path, `offset` in bytes.
    case damaged(segment: String, offset: Int, position: UInt64, reason: String)
    /// Events that were acknowledged are not there.
    case lost(LogLoss)
    /// The log is on another disk than its data directory, so no other can take its place.
    case otherDisk(log: String)
    /// A segment of a format that this program does not know.
    case unsupported(segment: String, version: UInt32)
    /// Taking this would leave the disk with less than its reserve. Nothing was changed.
    case diskReserve(freeBytes: Int, reserveBytes: Int)
    /// One record is larger than the log takes. Nothing was changed.
    case recordTooLarge(bytes: Int, limitBytes: Int)
    /// A write or sync of the log failed: what it left is known only after the next start.
    case writerFailed(SystemError)
    case system(SystemError)

    /// What was found, without the ways out: for who has chosen one.
    public var finding: String {
        switch self {
        case .lost(let loss): loss.finding
        case .damaged(let segment, let offset, let position, let reason):
            "\(segment) is damaged at offset \(offset), position \(position): \(reason)"
        default: description
        }
    }

    public var description: String {
        switch self {
        case .locked(let directory, let pid):
            "\(directory) is in use by \(pid.map { "process \($0)" } ?? "another process"): "
                + "stop it first, or choose another --data directory"
        case .missing(let directory):
            "\(directory) holds no event log: check --data, or start vitrine with it to create one"
        case .damaged(let segment, let offset, let position, let reason):
            "\(segment) is damaged at offset \(offset), position \(position): \(reason); "
                + "nothing was changed: restore the file from a backup, "
                + "or start vitrine with --accept-loss to go on with what is whole"
        case .lost(let loss): loss.description
        case .otherDisk(let log):
            "\(log) is on another disk than its data directory: the loss cannot be accepted there; "
                + "copy the whole data directory to one disk, and start with that"
        case .unsupported(let segment, let version):
            "\(segment) has format version \(version), this program reads version \(SegmentHeader.version): "
                + "use the program that wrote it, or a newer one"
        case .diskReserve(let free, let reserve):
            "the log's disk has \(free) bytes free and keeps a reserve of \(reserve): free some space"
        case .recordTooLarge(let bytes, let limit):
            "a record of \(bytes) bytes exceeds the limit of \(limit): split the command"
        case .writerFailed(let error):
            "the event log cannot be written (\(error)): mend the disk, then start again; "
                + "what was acknowledged is safe"
        case .system(let error):
            "the event log cannot be used (\(error)): check the disk and the permissions of --data"
        }
    }
}

/// Runs file work whose failures are the log's.
func files<Result: ~Copyable>(_ work: () throws(SystemError) -> Result) throws(EventLogError) -> Result {
    do throws(SystemError) { return try work() } catch { throw .system(error) }
}
