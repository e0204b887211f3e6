import POSIX
import Synchronization

/// The truth: an append-only sequence of records in segment files, each one command's events.
///
/// One `LogWriter` appends batches and syncs each with one call; any number of `LogReader`s follow it. The log stores bytes
/// and does not know what events mean. Rules:
/// 1. Positions are 1, 2, 3 … without a gap. A record of n events takes n of them; one of no events takes none, carries the
///    next position and only remembers a command.
/// 2. Readers see a record once it is on the disk, never earlier.
/// 3. What recovery cuts away was never acknowledged; what was acknowledged and is not as it was is refused.
/// 4. A writer's first batch begins with its epoch, so a position and its epoch name one event for ever.
public final class EventLog: Sendable {
    /// The data directory, which holds `lock` and `log/`.
    public let directory: String
    /// What opening it found.
    public let recovery: Recovery
    /// Whether opening it created it.
    public let wasCreated: Bool
    /// The 16 bytes it was marked with when it was created.
    public let creationTag: [UInt8]

    let options: EventLogOptions
    let isReadOnly: Bool
    /// The epoch of what is written from now on.
    let ownEpoch: UInt64
    private let durable: Atomic<UInt64>
    private let state: Monitor<State>

    private struct State {
        var extent: LogExtent
        var lock: DirectoryLock?
        var hold: SegmentHold?
        var hasWriter = false
        var isWoken = false
        var observer: (@Sendable () -> Void)?
    }

    init(
        directory: String, options: EventLogOptions, extent: LogExtent, recovery: Recovery, wasCreated: Bool,
        lock: DirectoryLock?, hold: SegmentHold?
    ) {
        (self.directory, self.options, self.recovery, self.wasCreated) = (directory, options, recovery, wasCreated)
        (isReadOnly, creationTag) = (lock == nil, extent.tag)
        durable = Atomic(extent.nextPosition - 1)
        var extent = extent
        if lock != nil {
            // No answer names the epoch before the writer's first batch has brought it to the disk.
            ownEpoch = .random(in: 0 ... .max)
            extent.note(EpochRecord(epoch: ownEpoch))
        } else {
            ownEpoch = extent.epochs.last.epoch
        }
        state = Monitor(State(extent: extent, lock: lock, hold: hold))
    }

    static func segmentDirectory(_ directory: String) -> String { directory + "/log" }

    var segmentDirectory: String { EventLog.segmentDirectory(directory) }

    /// Which log this is.
    public var identity: LogIdentity { state.withLock { $0.extent.identity } }

    /// Whether the log has an event at `position` that was written in `epoch`; position 0 is in every log.
    public func has(position: UInt64, epoch: UInt64) -> Bool {
        position == 0 || position <= durablePosition && epochs.epoch(of: position) == epoch
    }

    /// The epochs of all positions, those to come included.
    public var epochs: Epochs { state.withLock { $0.extent.epochs } }

    // MARK: How far it is

    /// Position of the last event that is on the disk; 0 in an empty log.
    public var durablePosition: UInt64 { durable.load(ordering: .acquiring) }

    /// Waits until events beyond `position` are on the disk, at most `milliseconds`, and returns `durablePosition`, which may
    /// be unchanged. Records without events do not end the wait: see `LogReader.wait`.
    public func waitForDurable(beyond position: UInt64, milliseconds: Int) -> UInt64 {
        let reached = durablePosition
        if reached > position { return reached }
        return state.wait(milliseconds: milliseconds) { state in
            let last = state.extent.nextPosition - 1
            return last > position || state.isWoken ? last : nil
        } ?? durablePosition
    }

    /// Ends every wait, those to come too: for shutting down.
    public func wakeWaiters() { state.update { $0.isWoken = true } }

    /// Calls `observer` on the writer's thread each time that more has become durable; it must return at once. For whoever
    /// waits for other things, too, and so cannot wait here. A log has one.
    public func observe(_ observer: @escaping @Sendable () -> Void) {
        state.withLock { state in
            precondition(state.observer == nil, "a log has one observer")
            state.observer = observer
        }
    }

    /// Waits until there is a record behind `location`; false after `milliseconds`, or when woken without one.
    func wait(beyond location: LogLocation, milliseconds: Int) -> Bool {
        state.wait(milliseconds: milliseconds) { state in
            state.extent.end > location ? true : state.isWoken ? false : nil
        } ?? false
    }

    var extent: LogExtent { state.withLock { $0.extent } }

    /// Behind the last record that may be read.
    var end: LogLocation { state.withLock { $0.extent.end } }

    func segment(_ index: Int) -> Segment { state.withLock { $0.extent.segments[index] } }

    // MARK: Writing and reading

    /// The log's writer: once a log.
    public func makeWriter() throws(EventLogError) -> LogWriter {
        precondition(!isReadOnly, "a log opened for reading has no writer")
        let extent = state.withLock { state in
            precondition(!state.hasWriter, "a log has one writer")
            state.hasWriter = true
            return state.extent
        }
        return try LogWriter(self, segment: extent.segments[extent.end.segment], extent: extent)
    }

    /// A reader of everything behind `position`: of every record with an event beyond it, or without events and written after
    /// it. Such a one may also have been seen by whoever read up to `position`.
    public func makeReader(after position: UInt64) throws(EventLogError) -> LogReader {
        let (start, end) = state.withLock { ($0.extent.index.start(after: position), $0.extent.end) }
        return try LogReader(self, after: position, from: start.location, startPosition: start.position, end: end)
    }

    /// The first epoch of this run came with a new identity.
    func note(_ identity: LogIdentity) { state.withLock { $0.extent.renew(identity) } }

    /// Notes a segment that is about to have its name, and follow the newest.
    func name(_ segment: Segment) throws(EventLogError) {
        guard
            let (lock, newest) = state.withLock({ state in state.lock.map { ($0, state.extent.segments.last?.name) } })
        else { return }
        lock.forgetSegments(except: newest.map { [$0] } ?? [])
        try lock.name(segment.name, at: segment.temporaryPath)
        try lock.write()
    }

    /// Notes a new last segment, which is empty.
    func append(_ segment: Segment) throws(EventLogError) {
        let hold = try SegmentHold(segment, in: directory)
        state.withLock { state in
            state.extent.segments.append(segment)
            state.hold = hold
        }
    }

    /// Makes a synced batch visible and wakes who waits for it.
    func publish(end: LogLocation, nextPosition: UInt64, index entries: [PositionIndex.Entry]) {
        let observer = state.update { state in
            state.extent.end = end
            state.extent.nextPosition = nextPosition
            state.extent.index.append(entries)
            // After the end: who sees the position finds its records.
            durable.store(nextPosition - 1, ordering: .releasing)
            return state.observer
        }
        observer?()
    }

    /// Looks for what a writer beside this process has appended since, and returns `durablePosition`. Only for a log opened
    /// for reading.
    public func refresh() throws(EventLogError) -> UInt64 {
        precondition(isReadOnly, "a log opened for writing knows its end")
        try state.update { (state) throws(EventLogError) in
            state.extent = try EventLog.advance(state.extent, in: segmentDirectory)
            durable.store(state.extent.nextPosition - 1, ordering: .releasing)
        }
        return durablePosition
    }

    /// Lets another process open the directory for writing. The writer must have ended.
    public func close() {
        state.update { state in
            state.lock?.release()
            (state.lock, state.hold) = (nil, nil)
        }
    }

    /// Closes the log, and notes that all named files are synced and closed. All who write in the directory must have ended.
    public func closeCleanly() throws(EventLogError) {
        let (lock, segment, end) = state.withLock { state in
            (state.lock, state.extent.segments[state.extent.end.segment], state.extent.end.offset)
        }
        try lock?.writeClean(ends: [segment.name: end])
        close()
    }

    /// The path of what is no longer what is held and written to, because it was deleted, moved or replaced: the directory, or
    /// the newest segment. Nil while all is well.
    public func missing() -> String? {
        let (lock, segment) = state.withLock { ($0.lock, $0.extent.segments.last) }
        return segment.flatMap { lock?.missing(segment: $0.name) }
    }
}
