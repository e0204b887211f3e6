/// Something that was made from the log, and how far: it proves that everything up to there was acknowledged.
public struct LogWitness: Equatable, Sendable {
    /// Its path, for messages.
    public var name: String
    public var identity: LogIdentity
    /// The epoch of the event at `position`.
    public var epoch: UInt64
    public var position: UInt64

    public init(name: String, identity: LogIdentity, epoch: UInt64, position: UInt64) {
        (self.name, self.identity, self.epoch, self.position) = (name, identity, epoch, position)
    }
}
