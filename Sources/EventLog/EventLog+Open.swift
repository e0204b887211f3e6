import POSIX

extension EventLog {
    /// Opens the log in `directory` for writing: creates it if there is none, cuts a torn tail, refuses damage.
    ///
    /// Every record is read and its checksum verified, at the speed of the disk.
    public static func open(
        _ directory: String, options: EventLogOptions = EventLogOptions()
    ) throws(EventLogError) -> EventLog {
        let segmentDirectory = segmentDirectory(directory)
        try files { () throws(SystemError) in try Directory.create(segmentDirectory) }
        let lock = try DirectoryLock(directory)
        let found = try files { () throws(SystemError) in
            try Segment.removeTemporaries(segmentDirectory)
            return try Segment.list(segmentDirectory)
        }
        // A crash may have come between the making of `log/` and the sync of its name.
        if found.isEmpty { try files { () throws(SystemError) in try Directory.synchronize(directory) } }
        let segments = found.isEmpty ? [try create(in: segmentDirectory, options)] : found
        var extent = LogExtent(segments: segments)
        let tail = try extent.advance(.alone)
        let recovery = try files { () throws(SystemError) in try extent.repair(tail, directory: segmentDirectory) }
        return EventLog(
            directory: directory, options: options, extent: extent, header: try firstHeader(extent), recovery: recovery,
            wasCreated: found.isEmpty, lock: lock)
    }

    /// Opens the log in `directory` to read it up to the last valid record there is now, also beside its writer: takes no
    /// lock, changes nothing, and cuts nothing. What it shows is on the disk.
    public static func openForReading(_ directory: String) throws(EventLogError) -> EventLog {
        let segmentDirectory = segmentDirectory(directory)
        let segments: [Segment]
        do throws(SystemError) { segments = try Segment.list(segmentDirectory) } catch {
            throw error.isMissingFile ? .missing(directory: directory) : .system(error)
        }
        guard !segments.isEmpty else { throw .missing(directory: directory) }
        let (extent, header) = try advance(LogExtent(segments: segments), in: segmentDirectory)
        let recovery = Recovery(
            records: extent.records, lastPosition: extent.nextPosition - 1, cutBytes: 0, cutSegment: nil, cutOffset: 0)
        return EventLog(
            directory: directory, options: EventLogOptions(), extent: extent, header: header, recovery: recovery,
            wasCreated: false, lock: nil)
    }

    /// Follows the files beside their writer, and syncs what it found: the writer may not have come to that yet.
    static func advance(
        _ extent: LogExtent, in segmentDirectory: String
    ) throws(EventLogError) -> (LogExtent, SegmentHeader) {
        var extent = extent
        extent.segments = try files { () throws(SystemError) in try Segment.list(segmentDirectory) }
        _ = try extent.advance(.besideWriter)
        try files { () throws(SystemError) in
            try FileDescriptor(opening: extent.segments[extent.end.segment].path, .read).synchronizeData()
        }
        return (extent, try firstHeader(extent))
    }

    private static func firstHeader(_ extent: LogExtent) throws(EventLogError) -> SegmentHeader {
        let first = extent.segments[0]
        let file = try files { () throws(SystemError) in try FileDescriptor(opening: first.path, .read) }
        return try first.readHeader(file)
    }

    /// The first segment of a new log.
    private static func create(in directory: String, _ options: EventLogOptions) throws(EventLogError) -> Segment {
        let segment = Segment(directory: directory, firstPosition: 1)
        let header = SegmentHeader(
            identity: .random(), firstPosition: 1, createdAt: Clock.wallMilliseconds, tag: options.creationTag)
        try files { () throws(SystemError) in
            try segment.make(header)
            try segment.finishMaking(in: directory)
        }
        return segment
    }
}
