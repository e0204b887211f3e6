import Marketplace
import POSIX

/// Sends commands to a running server, over several connections with a thread each.
///
/// A command that got no answer, or was told to come later, is sent again: its key makes that safe.
final class ServerSink: Sink {
    /// How long one command is tried before the import gives up, and how long it pauses between tries.
    struct Patience: Sendable {
        var giveUpMilliseconds: UInt64 = 60_000
        /// The pause after a first broken connection; it doubles up to `pauseMillisecondsMax`.
        var pauseMilliseconds = 100
        var pauseMillisecondsMax = 5_000
        /// Taken for a busy server that does not say when to come back.
        var busyMilliseconds = 1_000
    }

    /// What the threads share.
    struct Shared {
        /// Commands from `first` on wait for a thread.
        var queue: [ImportCommand] = []
        var first = 0
        /// Sent and not yet answered.
        var underWay = 0
        var isClosed = false
        /// Why the import stops; nothing is sent after it.
        var failure: ImportError?
        var outcomes = Outcomes()

        var waiting: Int { queue.count - first }

        mutating func push(_ commands: [ImportCommand]) {
            queue.removeFirst(first)
            first = 0
            queue += commands
        }

        mutating func pop(_ count: Int) -> [ImportCommand] {
            defer { first += count }
            underWay += count
            return [ImportCommand](queue[first..<(first + count)])
        }
    }

    let currency: Currency
    private let shared = Monitor(Shared())
    private let threads: [Thread]
    /// Gathered here first, so that the threads' lock is taken once for many.
    private var gathered: [ImportCommand] = []
    private let gatheredMax: Int
    /// With fewer commands waiting than this, the threads soon have nothing to do.
    private let waitingMin: Int

    /// Connects once to see that somebody is there.
    init(
        address: ServerAddress, currency: Currency, connectionCount: Int, patience: Patience = Patience()
    ) throws(ImportError) {
        self.currency = currency
        do throws(ConnectionError) {
            _ = try ServerConnection(address)
        } catch {
            throw ImportError("--server \(address.text) cannot be reached (\(error)); start vitrine there first")
        }
        (gatheredMax, waitingMin) = (256 * connectionCount, 64 * connectionCount)
        let waitingMin = waitingMin
        let shared = shared
        threads = (0..<connectionCount).map { _ in
            Thread(name: "import") {
                var courier = Courier(
                    address: address, patience: patience, shared: shared, waitingMin: waitingMin,
                    connectionCount: connectionCount)
                courier.run()
            }
        }
    }

    deinit {
        shared.update {
            $0.isClosed = true
            $0.queue = []
            $0.first = 0
        }
        for thread in threads { thread.join() }
    }

    var outcomes: Outcomes { shared.withLock { $0.outcomes } }

    func takeVerdicts() -> [TaggedVerdict] { shared.withLock { $0.outcomes.takeVerdicts() } }

    func submit(_ command: ImportCommand) throws(ImportError) {
        gathered.append(command)
        if gathered.count == gatheredMax { try handOver() }
    }

    func finishBatch() throws(ImportError) {
        try handOver()
        let failure = shared.wait { state -> ImportError?? in
            if let failure = state.failure { return .some(failure) }
            return state.waiting == 0 && state.underWay == 0 ? .some(nil) : nil
        }
        if let failure = failure ?? nil { throw failure }
    }

    /// Gives the threads what was gathered, once they have taken most of what they had.
    private func handOver() throws(ImportError) {
        let waitingMin = waitingMin
        let failure = shared.wait { state -> ImportError?? in
            if let failure = state.failure { return .some(failure) }
            return state.waiting <= waitingMin ? .some(nil) : nil
        }
        if let failure = failure ?? nil { throw failure }
        let commands = gathered
        gathered.removeAll(keepingCapacity: true)
        shared.update { $0.push(commands) }
    }
}
