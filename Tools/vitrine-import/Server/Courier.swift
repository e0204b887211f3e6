import JSON
import POSIX

/// One connection's work: takes commands, delivers them as the lines of a request, notes what became of each.
struct Courier: ~Copyable {
    /// Which thread of the sink it is.
    private let index: Int
    private let address: ServerAddress
    private let patience: ServerSink.Patience
    private let shared: Monitor<ServerSink.Shared>
    /// With this few commands waiting, the sink is woken to bring more.
    private let waitingMin: Int
    private var connection: ServerConnection?
    private var parser = JSONParser()

    /// Commands of one request: enough that its overhead no longer counts, few enough that a broken one is soon repeated.
    private static let linesMax = 256

    init(
        index: Int, address: ServerAddress, patience: ServerSink.Patience, shared: Monitor<ServerSink.Shared>,
        waitingMin: Int
    ) {
        (self.index, self.address, self.patience, self.shared) = (index, address, patience, shared)
        self.waitingMin = waitingMin
        connection = nil
    }

    mutating func run() {
        while let commands = take() {
            let result = Result { () throws(ImportError) in try deliver(commands) }
            // Waking everybody for each answer would cost more than the answer.
            let isWorthWaking = shared.withLock { state in
                state.underWay -= commands.count
                switch result {
                case .success(let verdicts):
                    for (command, verdict) in zip(commands, verdicts) { state.outcomes.add(verdict, of: command) }
                case .failure(let error): if state.failure == nil { state.failure = error }
                }
                return state.failure != nil || state.waiting <= waitingMin
            }
            if isWorthWaking { shared.update { _ in } }
        }
    }

    /// Waits for commands and takes this connection's share of them; nil when there will be none.
    private func take() -> [ImportCommand]? {
        let index = index
        let taken = shared.wait { state -> [ImportCommand]?? in
            if state.failure != nil || state.isClosed { return .some(nil) }
            return state.pop(Courier.linesMax, for: index).map { .some($0) }
        }
        return taken ?? nil
    }

    /// Sends `commands` until they are decided; throws what must stop the import.
    private mutating func deliver(_ commands: [ImportCommand]) throws(ImportError) -> [Verdict] {
        let startedAt = Clock.monotonicNanoseconds
        var brokenCount = 0
        while true {
            let (reason, pause): (String, Int)
            switch Result(catching: { () throws(ConnectionError) in try exchange(commands) }) {
            case .success(let answer):
                guard answer.asksToRetry else {
                    return try Verdict.of(answer, to: commands, from: address, parser: &parser)
                }
                reason = "it stays busy (\(answer.status))"
                pause = answer.retryAfter.map { min(max($0, 0), 60) * 1_000 } ?? patience.busyMilliseconds
            case .failure(.notUnderstood(let what)):
                throw ImportError("--server \(address.text): \(what); give the address of a vitrine")
            case .failure(let error):
                reason = error.description
                pause = min(patience.pauseMilliseconds << min(brokenCount, 16), patience.pauseMillisecondsMax)
                brokenCount += 1
            }
            let tried = (Clock.monotonicNanoseconds - startedAt) / 1_000_000
            guard tried + UInt64(pause) < patience.giveUpMilliseconds else {
                throw ImportError(
                    "--server \(address.text): \(reason), for \(patience.giveUpMilliseconds / 1_000) s at "
                        + "\(commands[0].label); see to the server and run the import again, what it took it keeps"
                )
            }
            // The server's time to recover; it ends early when another connection's failure stops the import.
            let isStopped = shared.wait(milliseconds: pause) { $0.failure != nil || $0.isClosed ? true : nil }
            if isStopped == true { throw ImportError("the import was stopped") }
        }
    }

    /// Sends `commands` once, over the kept connection or a new one, which is kept unless it broke.
    private mutating func exchange(_ commands: [ImportCommand]) throws(ConnectionError) -> ServerAnswer {
        var live = if let kept = connection.take() { kept } else { try ServerConnection(address) }
        let answer = try live.exchange(commands)
        if !answer.closes { connection = consume live }
        return answer
    }
}
