import JSON

/// An event with its place in the log.
public struct StoredEvent: Equatable, Sendable {
    /// 1, 2, 3 … without a gap.
    public var position: UInt64
    /// When it happened: when its command was accepted, or what an import said.
    public var time: Timestamp
    public var event: Event
    /// The idempotency key of the command that made it, and that command's hash.
    public var commandKey: Text?
    public var commandHash: Fingerprint?

    public init(
        position: UInt64, time: Timestamp, event: Event, commandKey: Text? = nil, commandHash: Fingerprint? = nil
    ) {
        self.position = position
        self.time = time
        self.event = event
        self.commandKey = commandKey
        self.commandHash = commandHash
    }
}
