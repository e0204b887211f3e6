import JSON

/// A command as it came in, with what the writer must know to accept it once.
public struct SubmittedCommand: Equatable, Sendable {
    public var command: Command
    /// When it happened, from an import; nil is the time at which it is accepted.
    public var occurredAt: Timestamp?
    /// The client's `Idempotency-Key`, which travels beside the body: whoever reads the request sets it.
    public var idempotencyKey: Text?
    /// Equal for the same command with the same decoded fields, however its JSON is spelled. Ids that were made for the
    /// command do not count. Stored in the log.
    public var hash: Fingerprint

    public init(command: Command, occurredAt: Timestamp?, idempotencyKey: Text? = nil, hash: Fingerprint) {
        self.command = command
        self.occurredAt = occurredAt
        self.idempotencyKey = idempotencyKey
        self.hash = hash
    }
}
