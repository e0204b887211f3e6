import POSIX

/// Reads records in order, as they become durable. One thread's at a time.
///
/// Each record's checksum, position and place are verified again as it is read.
public final class LogReader {
    private let log: EventLog
    private let after: UInt64
    private var window: SegmentWindow
    /// Behind the current record.
    private var location: LogLocation
    /// How far the log was published when last asked.
    private var end: LogLocation
    /// The size of the current segment, once it is known to be sealed.
    private var sealedSize: Int?
    private var nextPosition: UInt64
    /// The batch offset of the record before; nil where the index led into the middle of a batch.
    private var batchOffset: Int?
    private var bodyStart: UnsafeRawPointer?
    private var bodyLength = 0

    /// The position of the current record's first event; that of the next event if it has none.
    public private(set) var position: UInt64 = 0
    /// Events in the current record; 0 if it only remembers a command.
    public private(set) var eventCount = 0
    /// When the current record was decided, milliseconds since 1970 UTC.
    public private(set) var recordedAt: Int64 = 0

    init(
        _ log: EventLog, after position: UInt64, from start: LogLocation, startPosition: UInt64, end: LogLocation
    ) throws(EventLogError) {
        let segment = log.segment(start.segment)
        (self.log, after, location, nextPosition, self.end) = (log, position, start, startPosition, end)
        window = try files { () throws(SystemError) in try SegmentWindow(segment) }
    }

    /// The current record's body. Borrowed: valid until the next call of `next`.
    public var body: RawSpan {
        @_lifetime(borrow self) get {
            precondition(bodyStart != nil, "there is no current record")
            // Safe: the window keeps these bytes until `next` is called, and `self` keeps the window.
            let span = RawSpan(_unsafeStart: bodyStart!, byteCount: bodyLength)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Moves to the next durable record of a command that lies wholly within the positions up to `limit`; false if there is none (yet).
    ///
    /// A record without events lies within the positions up to the event before it: with the state at `limit` it is
    /// delivered, and so is one written after the last event of the log.
    public func next(upTo limit: UInt64 = .max) throws(EventLogError) -> Bool {
        bodyStart = nil
        while try reachesRecord() {
            let (header, start) = try read()
            guard header.nextPosition - 1 <= limit else { return false }
            location.offset += RecordHeader.size + header.bodyLength
            (nextPosition, batchOffset) = (header.nextPosition, header.batchOffset)
            // Before the first one wanted: the index leads to a place up to 64 KiB too early.
            if max(header.nextPosition - 1, header.position) <= after { continue }
            let body = RawSpan(_unsafeStart: start + RecordHeader.size, byteCount: header.bodyLength)
            // An epoch is the log's own affair.
            if header.eventCount == 0, EpochRecord(body) != nil { continue }
            (position, eventCount, recordedAt) = (header.position, header.eventCount, header.recordedAt)
            (bodyStart, bodyLength) = (start + RecordHeader.size, header.bodyLength)
            return true
        }
        return false
    }

    /// Waits for a record that was not there when `next` last returned false, also one without events. False after
    /// `milliseconds`, or when the log's waiters were woken. (Where `next` was held back by its limit, there is one already.)
    public func wait(milliseconds: Int) -> Bool {
        log.wait(beyond: location, milliseconds: milliseconds)
    }

    /// Goes on to the next segment at the end of one; false at the end of what is published.
    private func reachesRecord() throws(EventLogError) -> Bool {
        if location >= end { end = log.end }
        while location < end {
            if location.segment == end.segment { return true }
            if try location.offset < sizeOfSealed() { return true }
            location = LogLocation(segment: location.segment + 1, offset: SegmentHeader.size)
            let segment = log.segment(location.segment)
            window = try files { () throws(SystemError) in try SegmentWindow(segment) }
            (batchOffset, sealedSize) = (nil, nil)
        }
        return false
    }

    /// The size of a segment that has a later one: it is sealed, so it ends with its last record.
    private func sizeOfSealed() throws(EventLogError) -> Int {
        if let sealedSize { return sealedSize }
        let size = try files { () throws(SystemError) in try window.size() }
        sealedSize = size
        return size
    }

    private func read() throws(EventLogError) -> (RecordHeader, UnsafeRawPointer) {
        let limit = location.segment == end.segment ? end.offset : try sizeOfSealed()
        let look = try files { () throws(SystemError) in
            try window.record(at: location.offset, limit: limit, position: nextPosition, batchOffset: batchOffset)
        }
        switch look {
        case .record(let header, let start): return (header, start)
        case .fault(let fault): throw window.segment.damaged(at: location.offset, nextPosition, fault.reason)
        }
    }
}
