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
        /// Milliseconds since 1970 UTC.
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
    /// In the new `log/`, from its making until the files of the old one are put in order.
    private static let markName = "accepted"

    /// The part up to the first fault, to append to.
    public let log: EventLog
    /// The first position that the whole part does not have.
    public let nextPosition: UInt64
    private let lock: DirectoryLock
    private var remains: [(segment: Segment, offset: Int)] = []

    /// Finds the first fault and makes the log up to there. The directory `accepting` beside `log/` holds it.
    public init(_ lock: DirectoryLock, options: EventLogOptions) throws(EventLogError) {
        self.lock = lock
        try LogSalvage.finishEarlier(lock)
        let directory = EventLog.segmentDirectory(lock.path)
        try LogSalvage.requireOneDisk(directory, lock)
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
        var options = options
        if !extent.tag.isEmpty { options.creationTag = Array(extent.tag.prefix { $0 != 0 }) }
        do throws(EventLogError) {
            try LogSalvage.makeDraft(of: extent, hasHeader: hasHeader, lock)
            log = try EventLog.open(LogSalvage.draft(lock), options: options)
        } catch {
            try LogSalvage.finishEarlier(lock)
            throw error
        }
    }

    /// Nothing is written through a link: what may still be cut or appended to is a copy.
    private static func makeDraft(
        of extent: LogExtent, hasHeader: Bool, _ lock: DirectoryLock
    ) throws(EventLogError) {
        let draft = draft(lock)
        try files { () throws(SystemError) in
            try Directory.create(draft + "/log")
            try FileDescriptor(opening: draft + "/log/" + markName, .replace).synchronize()
        }
        // A log of nothing begins a new one, which has nothing of the old.
        guard extent.records > 0 else { return }
        var copies: [(segment: Segment, count: Int?)] = extent.unsealed.map { ($0.segment, $0.end) }
        if hasHeader {
            copies.append((extent.segments[extent.end.segment], extent.end.offset))
        } else if extent.end.segment > 0 {
            copies.append((extent.segments[extent.end.segment - 1], nil))
        }
        try files { () throws(SystemError) in
            for (segment, count) in copies {
                if try FileStatus(of: draft + "/" + segment.name) != nil { continue }
                let source = try FileDescriptor(opening: segment.path, .read)
                let copy = try FileDescriptor(opening: draft + "/" + segment.name, .replace)
                let bytes = try source.size()
                try copy.copy(source, count: count ?? bytes)
                try copy.synchronize()
            }
            for segment in extent.segments[..<extent.end.segment] {
                if try FileStatus(of: draft + "/" + segment.name) != nil { continue }
                try Directory.link(segment.path, as: draft + "/" + segment.name)
            }
        }
    }

    /// Calls `body` with each whole record behind the first fault, in order.
    public func forEachRecord(_ body: (borrowing Record) throws -> Void) throws {
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
                try body(record)
            }
        }
    }

    /// Puts the new log in the place of the old one, durably. The writer must have ended. Returns the damaged files' new names.
    public func finish() throws(EventLogError) -> [String] {
        log.close()
        let (draft, directory) = (LogSalvage.draft(lock), EventLog.segmentDirectory(lock.path))
        try files { () throws(SystemError) in
            try Directory.create(directory)
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
                // What has the mark is a draft, or what there is of one.
                if Files.exists(draft + "/log/" + markName) || !Files.exists(draft + "/log") {
                    try Files.removeTree(draft)
                } else {
                    try Directory.rename(draft, to: Files.freeName(lock.path + "/log.aside"))
                }
                return []
            }
            var names: [String] = []
            let found = Files.exists(draft + "/log") ? try Directory.list(draft + "/log") : []
            // What was set aside earlier keeps its name.
            for name in found.filter({ !$0.hasSuffix(Segment.suffix) }) + found.filter({ $0.hasSuffix(Segment.suffix) })
            {
                let (new, old) = (directory + "/" + name, draft + "/log/" + name)
                if let ours = try FileStatus(of: new), try FileStatus(of: old)?.identity == ours.identity { continue }
                let isSegment = name.hasSuffix(Segment.suffix)
                let aside = try Files.freeName(isSegment ? new + ".aside" : new)
                try Directory.rename(old, to: aside)
                if isSegment { names.append(aside) }
            }
            try Directory.synchronize(directory)
            try Files.removeTree(draft)
            try Directory.remove(mark)
            try Directory.synchronize(directory)
            return names
        }
    }

    /// The new log takes the place of the old one by a change of names, which no two disks share.
    private static func requireOneDisk(_ log: String, _ lock: DirectoryLock) throws(EventLogError) {
        let devices = try files { () throws(SystemError) in
            (try FileStatus(of: log)?.identity.device, try FileStatus(of: lock.path)?.identity.device)
        }
        guard devices.0 == nil || devices.0 == devices.1 else { throw .otherDisk(log: log) }
    }

    private static func draft(_ lock: DirectoryLock) -> String { lock.path + "/" + draftName }
}
