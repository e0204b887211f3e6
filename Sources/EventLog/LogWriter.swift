import POSIX

/// Appends records in batches: `beginBatch`, `append` …, `commit`. The writer thread's alone.
///
/// A batch is gathered in memory, then written with one call and synced with one more. Its bytes have their room on the disk
/// from `append` on, so a full disk is met before anything was decided on top of them.
public final class LogWriter {
    private let log: EventLog
    private var segment: Segment
    private var file: FileDescriptor
    /// Where the batch begins: behind the last durable record.
    private var start: LogLocation
    /// The file's size: what is preallocated.
    private var allocated: Int
    private var batch = BatchBuffer()
    private var index: [PositionIndex.Entry] = []
    private var lastIndexed: PositionIndex.Entry?
    private var isOpen = false
    /// The epoch that is still to be written; nil once it is in a batch.
    private var epoch: EpochRecord?
    private var failure: SystemError?

    /// The position of the next event, counting the batch so far.
    public private(set) var nextPosition: UInt64

    /// What became of a record.
    public enum AppendResult: Equatable, Sendable {
        /// It is in the batch, and its first event has this position.
        case appended(position: UInt64)
        /// The segment or the batch has no room left for it: commit, begin again, append again.
        case batchFull
    }

    init(_ log: EventLog, segment: Segment, extent: LogExtent) throws(EventLogError) {
        (self.log, self.segment, start, nextPosition) = (log, segment, extent.end, extent.nextPosition)
        lastIndexed = extent.index.entries.last
        epoch = EpochRecord(epoch: log.ownEpoch)
        file = try files { () throws(SystemError) in try FileDescriptor(opening: segment.path, .readWrite) }
        allocated = 0
        allocated = try sized()
    }

    private func sized() throws(EventLogError) -> Int { try files { () throws(SystemError) in try file.size() } }

    /// Begins a batch. Throws `.diskReserve` when the disk has less than its reserve left, `.writerFailed` after a failure.
    public func beginBatch() throws(EventLogError) {
        try refuseAfterFailure()
        precondition(batch.count == 0, "the batch before was not committed")
        let free = try files { () throws(SystemError) in try file.freeBytes() }
        guard free >= log.options.diskReserveBytes else { throw reserveReached(free) }
        isOpen = true
    }

    /// Adds one command's events to the batch.
    ///
    /// `body` is `eventCount` frames (see `EventFrames`), or with no events any bytes, at least one. `recordedAt` is in
    /// milliseconds since 1970 UTC. Throws `.diskReserve` or `.recordTooLarge` and leaves the batch as it was: it can be
    /// committed, or taken on without this record.
    public func append(body: RawSpan, eventCount: Int, recordedAt: Int64) throws(EventLogError) -> AppendResult {
        precondition(!body.isEmpty && (eventCount == 0 || EventFrames.isWellFormed(body, count: eventCount)))
        try refuseAfterFailure()
        precondition(isOpen, "append outside of a batch")
        guard body.byteCount <= Limits.bodyBytes else {
            throw .recordTooLarge(bytes: body.byteCount, limitBytes: Limits.bodyBytes)
        }
        if let epoch {
            _ = try place(epoch.body.span.bytes, eventCount: 0, recordedAt)
            self.epoch = nil
        }
        return try place(body, eventCount: eventCount, recordedAt)
    }

    /// Begins the epoch now, in a batch of its own, under a new identity of the log: the loss of events was accepted.
    public func beginEpoch(_ identity: LogIdentity, recordedAt: Int64) throws(EventLogError) {
        precondition(batch.count == 0 && epoch != nil, "the epoch begins before everything else")
        try beginBatch()
        let record = EpochRecord(epoch: log.ownEpoch, identity: identity)
        _ = try place(record.body.span.bytes, eventCount: 0, recordedAt)
        epoch = nil
        try commit()
        log.note(identity)
    }

    private func place(_ body: RawSpan, eventCount: Int, _ recordedAt: Int64) throws(EventLogError) -> AppendResult {
        let size = RecordHeader.size + body.byteCount
        // Segments are named by their first position, so one whose records have no events yet is not followed by another.
        let holdsNoEvent = nextPosition == segment.firstPosition
        let isBeyondSegment = start.offset + batch.count + size > log.options.segmentBytes
        if batch.count > 0 {
            guard !isBeyondSegment || holdsNoEvent, batch.count + size <= Limits.batchBytes else { return .batchFull }
        } else if isBeyondSegment, !holdsNoEvent {
            try rotate()
        }
        let location = LogLocation(segment: start.segment, offset: start.offset + batch.count)
        try makeRoom(upTo: location.offset + size)
        let header = RecordHeader(
            bodyLength: body.byteCount, position: nextPosition, batchOffset: start.offset, recordedAt: recordedAt,
            eventCount: eventCount)
        batch.append(header, body)
        if PositionIndex.includes(location, after: lastIndexed) {
            let entry = PositionIndex.Entry(position: nextPosition, location: location)
            index.append(entry)
            lastIndexed = entry
        }
        nextPosition = header.nextPosition
        return .appended(position: header.position)
    }

    /// Writes the batch, waits until it is on the disk, and makes it visible. Once it has returned, its records survive a
    /// power cut. Throws `.writerFailed`: then the writer refuses everything after, and whether the batch survives is known
    /// at the next start only.
    public func commit() throws(EventLogError) {
        try refuseAfterFailure()
        isOpen = false
        guard batch.count > 0 else { return }
        do throws(SystemError) {
            try file.write(batch.bytes, at: start.offset)
            try file.synchronizeData()
        } catch { throw fail(error) }
        start.offset += batch.count
        batch.removeAll()
        log.publish(end: start, nextPosition: nextPosition, index: index)
        index.removeAll(keepingCapacity: true)
    }

    // MARK: Room

    /// Preallocates up to `end`: as much as a step if the reserve allows it, else just what is needed.
    private func makeRoom(upTo end: Int) throws(EventLogError) {
        guard end > allocated else { return }
        let needed = (end - allocated + 4_095) / 4_096 * 4_096
        let free = try files { () throws(SystemError) in try file.freeBytes() }
        let spare = free - log.options.diskReserveBytes
        guard needed <= spare else { throw reserveReached(free) }
        var step = max(needed, min(log.options.growthBytes, log.options.segmentBytes - allocated, spare))
        while true {
            do throws(SystemError) {
                try file.allocate(from: allocated, count: step)
                allocated += step
                return
            } catch {
                guard error.isOutOfSpace else { throw .system(error) }
                // The file system needs room for itself, or a quota is smaller than the disk.
                guard step > needed else { throw reserveReached(free) }
                step = max(needed, step / 2)
            }
        }
    }

    /// Seals the segment and goes on in a new one. Only between batches.
    private func rotate() throws(EventLogError) {
        let next = Segment(directory: log.segmentDirectory, firstPosition: nextPosition)
        let header = SegmentHeader(
            identity: log.identity, firstPosition: nextPosition, createdAt: Clock.wallMilliseconds, tag: log.creationTag
        )
        do throws(SystemError) { try next.make(header) } catch {
            // Nothing has its name yet: the log is as it was.
            guard error.isOutOfSpace else { throw .system(error) }
            throw reserveReached(try files { () throws(SystemError) in try file.freeBytes() })
        }
        do throws(SystemError) {
            try file.truncate(to: start.offset)
            try file.synchronize()
        } catch { throw fail(error) }
        // Before it has its name: a crash then finds no newest segment that `lock` does not know.
        do throws(EventLogError) { try log.name(next) } catch {
            guard case .system(let cause) = error else { throw error }
            throw fail(cause)
        }
        do throws(SystemError) {
            try next.finishMaking(in: log.segmentDirectory)
            file = try FileDescriptor(opening: next.path, .readWrite)
        } catch { throw fail(error) }
        segment = next
        try log.append(next)
        start = LogLocation(segment: start.segment + 1, offset: SegmentHeader.size)
        allocated = SegmentHeader.size
    }

    // MARK: Failure

    private func reserveReached(_ free: Int) -> EventLogError {
        .diskReserve(freeBytes: free, reserveBytes: log.options.diskReserveBytes)
    }

    /// A failed sync is final: the kernel may have dropped the pages and call the next sync a success.
    private func fail(_ error: SystemError) -> EventLogError {
        failure = error
        return .writerFailed(error)
    }

    private func refuseAfterFailure() throws(EventLogError) {
        if let failure { throw .writerFailed(failure) }
    }
}
