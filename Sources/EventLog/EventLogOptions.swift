/// Sizes of a log, and what it is marked with when it is created.
public struct EventLogOptions: Sendable {
    /// A segment takes no record that would make it larger, unless it holds no event yet. 64 MiB.
    public var segmentBytes: Int
    /// The most that a segment's preallocated room grows in one step. 4 MiB.
    public var growthBytes: Int
    /// Free bytes of the disk that the log leaves to the views and to the one who cleans up. 16 MiB.
    public var diskReserveBytes: Int
    /// At most 16 bytes that a new log keeps; shorter ones are filled up with zeros.
    public var creationTag: [UInt8]

    public init(
        segmentBytes: Int = 64 << 20, growthBytes: Int = 4 << 20, diskReserveBytes: Int = 16 << 20,
        creationTag: [UInt8] = []
    ) {
        precondition(segmentBytes >= 4_096 && growthBytes >= 4_096 && diskReserveBytes >= 0)
        precondition(creationTag.count <= SegmentHeader.tagSize, "a creation tag has at most 16 bytes")
        (self.segmentBytes, self.growthBytes) = (segmentBytes, growthBytes)
        (self.diskReserveBytes, self.creationTag) = (diskReserveBytes, creationTag)
    }
}

/// Bounds that are part of the format.
enum Limits {
    /// A body above this is refused: far above any command (1 MiB) with its thousand order lines, yet a reader's buffer.
    static let bodyBytes = 16 << 20
    /// A batch above this ends: it bounds the writer's memory and the time of one sync.
    static let batchBytes = 8 << 20
    /// One entry of the position index for this many bytes of log: 24 bytes each, 6 MiB for 16 GiB of log.
    static let indexedBytes = 64 << 10
    /// What a reader fetches at once.
    static let windowBytes = 1 << 20
}
