/// Something that was made from the log, and how far: it proves that everything up to there was acknowledged.
public struct LogWitness: Equatable, Sendable {
    /// Its path, for messages.
    public var name: String
    public var identity: LogIdentity
    /// The epoch of the event at `position`.
    public var epoch: UInt64
    public var position: UInt64
    /// Whether what it was read from is as it was left. What is not proves nothing but that there were events.
    public var isTrusted: Bool

    public init(name: String, identity: LogIdentity, epoch: UInt64, position: UInt64, isTrusted: Bool = true) {
        (self.name, self.identity, self.epoch, self.position) = (name, identity, epoch, position)
        self.isTrusted = isTrusted
    }
}
