import POSIX

/// Goes on with a log of which acknowledged events are gone: the whole part up to the first fault becomes a log of its own
/// beside it, whoever knows what events mean appends what can be kept of the rest, and then it takes the place of the first.
///
/// Until `finish` nothing of the log is changed, and a crash leaves it as it was. The damaged files stay in `log/` under
/// other names.
public final class LogSalvage {
    /// A record that is whole, and lies behind the first fault.
    public struct Record: ~Copyable {
        /// Those that it had.
        public let position: UInt64
        public let eventCount: Int
        public let recordedAt: Int64
        fileprivate let bytes: UnsafeRawBufferPointer

        /// Valid as long as the record.
        public var body: RawSpan {
            @_lifetime(borrow self) get {
                // Safe: who lends the record keeps its bytes meanwhile.
                unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
            }
        }
    }

    private static let draftName = "accepting"
    /// In the new `log/` until the files of the old one are put in order.
    private static let markName = "accepted"

    /// The part up to the first fault, to append to.
    public let log: EventLog
    /// The first position that the whole part does not have.
    public let nextPosition: UInt64
    private let lock: DirectoryLock
    private var remains: [(segment: Segment, offset: Int)] = []

    /// Finds the first fault and makes the log up to there. A `draft` directory beside `log/` holds it.
    public init(_ lock: DirectoryLock, options: EventLogOptions) throws(EventLogError) {
        self.lock = lock
        try LogSalvage.finishEarlier(lock)
        let directory = EventLog.segmentDirectory(lock.path)
        var extent = LogExtent(segments: try EventLog.segments(in: directory))
        var hasHeader = !extent.segments.isEmpty
        if hasHeader {
            let newest = extent.segments[extent.segments.count - 1]
            let isCopy = try files { () throws(SystemError) in try lock.mayBeCopy(newest.name) }
            do throws(EventLogError) { _ = try extent.advance(isCopy ? .copiedBesideWriter : .alone) } catch {
                guard case .damaged(_, let offset, _, _) = error else { throw error }
                hasHeader = offset > 0
            }
            remains = [(extent.segments[extent.end.segment], extent.end.offset)]
            remains += extent.segments.dropFirst(extent.end.segment + 1).map { ($0, SegmentHeader.size) }
        }
        nextPosition = extent.nextPosition
        let draft = LogSalvage.draft(lock)
        try files { () throws(SystemError) in try Directory.create(draft + "/log") }
        // A log of nothing begins a new one, which has nothing of the old.
        if extent.records > 0 {
            try files { () throws(SystemError) in
                for segment in extent.segments[..<extent.end.segment] {
                    try Directory.link(segment.path, as: draft + "/" + segment.name)
                }
                guard hasHeader else { return }
                let last = extent.segments[extent.end.segment]
                let copy = try FileDescriptor(opening: draft + "/" + last.name, .replace)
                try copy.copy(FileDescriptor(opening: last.path, .read), count: extent.end.offset)
                try copy.synchronize()
            }
        }
        log = try EventLog.open(draft, options: options)
    }

    /// Calls `body` with each whole record behind the first fault, in order, until it returns false.
    public func forEachRecord(_ body: (borrowing Record) throws -> Bool) throws {
        var position = nextPosition
        for (segment, offset) in remains {
            let file = try FileDescriptor(opening: segment.path, .read)
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(1, try file.size() - offset), alignment: 16)
            defer { buffer.deallocate() }
            let count = try file.read(into: buffer, at: offset)
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            var index = 0
            while let (start, header) = RecordHeader.next(in: bytes, from: index) {
                let end = start + RecordHeader.size + header.bodyLength
                index = end
                // What was seen before is no other record.
                guard header.position >= position else { continue }
                position = header.nextPosition
                let part = UnsafeRawBufferPointer(rebasing: bytes[start + RecordHeader.size..<end])
                if header.eventCount == 0, EpochRecord(RawSpan(_unsafeBytes: part)) != nil { continue }
                let record = Record(
                    position: header.position, eventCount: header.eventCount, recordedAt: header.recordedAt, bytes: part
                )
                guard try body(record) else { return }
            }
        }
    }

    /// Puts the new log in the place of the old one, durably. The writer must have ended. Returns the damaged files' new names.
    public func finish() throws(EventLogError) -> [String] {
        log.close()
        let (draft, directory) = (LogSalvage.draft(lock), EventLog.segmentDirectory(lock.path))
        try files { () throws(SystemError) in
            try Directory.create(directory)
            try FileDescriptor(opening: draft + "/log/" + LogSalvage.markName, .replace).synchronize()
            try Directory.synchronize(draft + "/log")
            try Directory.exchange(draft + "/log", directory)
            try Directory.synchronize(lock.path)
            try Directory.synchronize(draft)
        }
        return try LogSalvage.finishEarlier(lock)
    }

    /// Does what a crash left undone: takes a draft away, or puts the old files in order when the new log is in place.
    @discardableResult
    public static func finishEarlier(_ lock: DirectoryLock) throws(EventLogError) -> [String] {
        let (draft, directory) = (draft(lock), EventLog.segmentDirectory(lock.path))
        let mark = directory + "/" + markName
        return try files { () throws(SystemError) in
            guard Files.exists(mark) else {
                try Files.removeTree(draft)
                return []
            }
            var names: [String] = []
            let old = Files.exists(draft + "/log") ? try Segment.list(draft + "/log") : []
            for segment in old {
                let new = Segment(directory: directory, firstPosition: segment.firstPosition)
                let (ours, theirs) = (try FileStatus(of: new.path), try FileStatus(of: segment.path))
                if let ours, let theirs, ours.identity == theirs.identity { continue }
                names.append(try new.freeNameAside())
                try Directory.rename(segment.path, to: names[names.count - 1])
            }
            try Directory.synchronize(directory)
            try Files.removeTree(draft)
            try Directory.remove(mark)
            try Directory.synchronize(directory)
            return names
        }
    }

    private static func draft(_ lock: DirectoryLock) -> String { lock.path + "/" + draftName }
}
