import POSIX

/// What is known of a log's files: its segments, its last record, and where to find positions.
struct LogExtent: Sendable {
    var segments: [Segment]
    /// Behind the last record.
    var end = LogLocation(segment: 0, offset: SegmentHeader.size)
    /// Of the record that comes next.
    var nextPosition: UInt64 = 1
    /// Where the last record's batch begins in `end.segment`; `end.offset` in a segment without records.
    var batchOffset = SegmentHeader.size
    var index = PositionIndex()
    var records: UInt64 = 0

    init(segments: [Segment]) { self.segments = segments }

    /// Whom else to expect while the files are read.
    enum Company { case alone, besideWriter }

    /// Walks over the records behind `end` and moves it to the last valid one, through all `segments`.
    ///
    /// Returns what is behind it. Throws `.damaged` where synced bytes are not what they were: no record is skipped.
    mutating func advance(_ company: Company) throws(EventLogError) -> TornTail {
        while true {
            let segment = segments[end.segment]
            var window = try files { () throws(SystemError) in try SegmentWindow(segment) }
            _ = try window.readHeader()
            if end.segment == 0, segment.firstPosition != 1 {
                throw segment.damaged(at: 0, 1, "the log begins with it, so what came before it is missing")
            }
            let fault = try walk(&window)
            if end.segment + 1 < segments.count {
                // Sealed before the next one was made: it ends with its last record, or it is damaged.
                let size = try files { () throws(SystemError) in try window.size() }
                guard end.offset == size else { throw segment.damaged(at: end.offset, nextPosition, fault.reason) }
                let following = segments[end.segment + 1]
                guard following.firstPosition == nextPosition else {
                    throw segment.damaged(
                        at: end.offset, nextPosition,
                        "it ends here, but the next segment begins at position \(following.firstPosition)")
                }
                end = LogLocation(segment: end.segment + 1, offset: SegmentHeader.size)
                batchOffset = SegmentHeader.size
                continue
            }
            if let tail = try examineTail(&window, fault, company) { return tail }
        }
    }

    /// Goes from record to record until one is not valid, and returns why.
    mutating func walk(_ window: inout SegmentWindow) throws(EventLogError) -> RecordFault {
        let limit = try files { () throws(SystemError) in try window.size() }
        while true {
            let look = try files { () throws(SystemError) in
                try window.record(at: end.offset, limit: limit, position: nextPosition, batchOffset: batchOffset)
            }
            guard case .record(let header, _) = look else {
                guard case .fault(let fault) = look else { preconditionFailure("a look has two cases") }
                return fault
            }
            index.note(header.position, at: end)
            end.offset += RecordHeader.size + header.bodyLength
            (nextPosition, batchOffset, records) = (header.nextPosition, header.batchOffset, records + 1)
        }
    }

    /// Judges the end of the last segment; nil if a writer has written on meanwhile and there is more to walk over.
    func examineTail(
        _ window: inout SegmentWindow, _ fault: RecordFault, _ company: Company
    ) throws(EventLogError) -> TornTail? {
        let segment = window.segment
        let tail = try files { () throws(SystemError) in
            try TornTail(FileDescriptor(opening: segment.path, .read), from: end.offset, size: window.size())
        }
        if tail.provenBy == nil && fault.canBeTorn { return tail }
        if company == .besideWriter {
            // What proves the damage may be newer than the look at the place: then the place is valid by now.
            window.forget()
            let again = try files { () throws(SystemError) in
                try window.record(
                    at: end.offset, limit: window.size(), position: nextPosition, batchOffset: batchOffset)
            }
            if case .record = again { return nil }
        }
        let proof = tail.provenBy.map { "; the record at offset \($0) was written after it was safe" } ?? ""
        throw segment.damaged(at: end.offset, nextPosition, fault.reason + proof)
    }
}
