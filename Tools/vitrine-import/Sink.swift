import Marketplace

/// Where commands go: a running server, or a data directory.
protocol Sink {
    /// What the market trades in.
    var currency: Currency { get }

    /// Takes one command. It may be decided later, but before `finishBatch` returns.
    func submit(_ command: ImportCommand) throws(ImportError)

    /// Returns when every command submitted so far has been decided and is durable.
    func finishBatch() throws(ImportError)

    /// What became of the commands so far; complete after `finishBatch`.
    var outcomes: Outcomes { get }

    /// The verdicts on tagged commands since the last call, in any order; complete after `finishBatch`.
    func takeVerdicts() -> [TaggedVerdict]
}
