import POSIX

/// What is known of a log's files: its segments, its last record, and where to find positions.
struct LogExtent: Sendable {
    var segments: [Segment]
    /// Behind the last record.
    var end = LogLocation(segment: 0, offset: SegmentHeader.size)
    /// The position of the record that comes next.
    var nextPosition: UInt64 = 1
    /// Where the last record's batch begins in `end.segment`; `end.offset` in a segment without records.
    var batchOffset = SegmentHeader.size
    var index = PositionIndex()
    var records: UInt64 = 0
    /// The log's identity: that of its first segment, or of the last epoch that brought a new one.
    private(set) var identity = LogIdentity(high: 0, low: 0)
    /// Those that it had before, and gave up when a loss was accepted.
    private(set) var earlierIdentities: [LogIdentity] = []
    private(set) var epochs = Epochs(first: 0)
    private(set) var tag: [UInt8] = []
    /// Earlier segments of a copy that have zeros behind their last record, and where it ends.
    private(set) var unsealed: [(segment: Segment, end: Int)] = []

    init(segments: [Segment]) { self.segments = segments }

    /// Whom else to expect while the files are read.
    enum Company {
        case alone
        case besideWriter
        /// The files may be a copy that was made while a writer appended to them. Where it had not come to yet there are zeros,
        /// and behind them may be records, as the writer was faster than the copier.
        case copiedBesideWriter
    }

    /// What is behind `end` once the files were read.
    enum Ending {
        /// Nothing, or a batch that was never acknowledged.
        case tail(TornTail)
        /// The zeros of a copy with something behind them, in this segment or later ones.
        case gap
    }

    /// Walks over the records behind `end` and moves it to the last valid one, through all `segments`.
    ///
    /// Throws `.damaged` where synced bytes are not what they were: no record is skipped, and `end` is before the first such.
    mutating func advance(_ company: Company) throws(EventLogError) -> Ending {
        while true {
            let segment = segments[end.segment]
            var window = try files { () throws(SystemError) in try SegmentWindow(segment) }
            let header = try window.readHeader()
            if end.segment == 0 {
                guard segment.firstPosition == 1 else {
                    throw segment.damaged(at: 0, 1, "the log begins with it, so what came before it is missing")
                }
                if records == 0 {
                    (identity, epochs, tag) = (header.identity, Epochs(first: header.identity.high), header.tag)
                }
            }
            let fault = try walk(&window)
            guard end.segment + 1 < segments.count else {
                if let ending = try examineEnd(&window, fault, company) { return ending }
                continue
            }
            let following = segments[end.segment + 1]
            // Sealed before the next one was made: it ends with its last record, or it is damaged.
            let size = try files { () throws(SystemError) in try window.size() }
            if end.offset < size, company == .copiedBesideWriter {
                let tail = try tail(of: segment, size)
                guard tail.end == end.offset, following.firstPosition == nextPosition else {
                    // The copier may have met the newest segment as it was followed by the next; earlier ones were whole.
                    guard tail.beginsWithGap, end.segment + 2 == segments.count else {
                        throw segment.damaged(at: end.offset, nextPosition, fault.reason)
                    }
                    return .gap
                }
                unsealed.append((segment, end.offset))
            } else if end.offset != size {
                throw segment.damaged(at: end.offset, nextPosition, fault.reason)
            }
            guard following.firstPosition == nextPosition else {
                throw segment.damaged(
                    at: end.offset, nextPosition,
                    "it ends here, but the next segment begins at position \(following.firstPosition)")
            }
            end = LogLocation(segment: end.segment + 1, offset: SegmentHeader.size)
            batchOffset = SegmentHeader.size
        }
    }

    /// Goes from record to record until one is not valid, and returns why.
    mutating func walk(_ window: inout SegmentWindow) throws(EventLogError) -> RecordFault {
        let limit = try files { () throws(SystemError) in try window.size() }
        while true {
            let look = try files { () throws(SystemError) in
                try window.record(at: end.offset, limit: limit, position: nextPosition, batchOffset: batchOffset)
            }
            guard case .record(let header, let start) = look else {
                guard case .fault(let fault) = look else { preconditionFailure("a look has two cases") }
                return fault
            }
            if header.eventCount == 0 {
                // Safe: the window keeps the bytes until it is asked for others.
                note(RawSpan(_unsafeStart: start + RecordHeader.size, byteCount: header.bodyLength))
            }
            index.note(header.position, at: end)
            end.offset += RecordHeader.size + header.bodyLength
            (nextPosition, batchOffset, records) = (header.nextPosition, header.batchOffset, records + 1)
        }
    }

    private mutating func note(_ body: RawSpan) {
        guard let record = EpochRecord(body) else { return }
        note(record)
    }

    /// The record stands before the event of `nextPosition`.
    mutating func note(_ record: EpochRecord) {
        epochs.begin(record.epoch, at: nextPosition)
        if let identity = record.identity { renew(identity) }
    }

    mutating func renew(_ identity: LogIdentity) {
        earlierIdentities.append(self.identity)
        self.identity = identity
    }

    private func tail(of segment: Segment, _ size: Int) throws(EventLogError) -> TornTail {
        try files { () throws(SystemError) in
            try TornTail(FileDescriptor(opening: segment.path, .read), from: end.offset, size: size)
        }
    }

    /// Judges the end of the last segment; nil if a writer has written on meanwhile and there is more to walk over.
    func examineEnd(
        _ window: inout SegmentWindow, _ fault: RecordFault, _ company: Company
    ) throws(EventLogError) -> Ending? {
        let segment = window.segment
        let size = try files { () throws(SystemError) in try window.size() }
        let tail = try tail(of: segment, size)
        if tail.provenBy == nil && fault.canBeTorn { return .tail(tail) }
        if company == .copiedBesideWriter, fault.canBeTorn, tail.beginsWithGap { return .gap }
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
