import Marketplace

/// A command on its way to the writer, and where its outcome goes.
public struct CommandRequest: Sendable {
    public var submitted: SubmittedCommand
    /// Bytes that the command takes in the queue, about: its body's length.
    public var weight: Int
    /// Called once, on the writer's thread, when the outcome may be told. It must return at once.
    public var reply: @Sendable (CommandOutcome) -> Void

    public init(
        _ submitted: SubmittedCommand, weight: Int, reply: @escaping @Sendable (CommandOutcome) -> Void
    ) {
        self.submitted = submitted
        self.weight = weight
        self.reply = reply
    }
}

/// What became of a command. Told only when all that it rests on is durable.
public enum CommandOutcome: Sendable {
    case accepted(AcceptedCommand)
    /// `logEnd` is the position it was decided at.
    case rejected(Rejection, logEnd: UInt64)
    /// The disk has less room than its reserve.
    case noRoom(freeBytes: Int, reserveBytes: Int, logEnd: UInt64)
}

public struct AcceptedCommand: Equatable, Sendable {
    /// Of the command's last event; the log's end when it changed nothing.
    public var position: UInt64
    /// The thing's id.
    public var subject: Text
    /// Nil when it changed nothing.
    public var eventType: Text?
    /// Whether the outcome is an earlier one, by its idempotency key.
    public var isReplayed: Bool
    /// The log's end when this was said: what the answer's token names.
    public var logEnd: UInt64
}
