/// Where commands go: a running server, or a data directory.
protocol Sink {
    /// Takes one command. It may be decided later, but before `finishPhase` returns.
    func submit(_ command: ImportCommand) throws(ImportError)

    /// Returns when every command submitted so far has been decided and is durable.
    func finishPhase() throws(ImportError)

    /// What became of the commands so far; complete after `finishPhase`.
    var outcomes: Outcomes { get }
}
