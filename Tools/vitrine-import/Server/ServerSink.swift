import Marketplace
import POSIX

/// Sends commands to a running server, over several connections with a thread each. Those about the same thing go over the same
/// connection, so that they keep their order.
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

    /// Commands that wait for a thread.
    struct Queue {
        private var commands: [ImportCommand] = []
        private var first = 0

        var count: Int { commands.count - first }

        mutating func push(_ command: ImportCommand) { commands.append(command) }

        /// Gives up the room of those that were popped.
        mutating func tidy() {
            commands.removeFirst(first)
            first = 0
        }

        mutating func pop(_ count: Int) -> [ImportCommand] {
            defer { first += count }
            return [ImportCommand](commands[first..<(first + count)])
        }

        mutating func removeAll() {
            commands.removeAll(keepingCapacity: true)
            first = 0
        }
    }

    /// What the threads share.
    struct Shared {
        /// For any thread.
        private var common = Queue()
        /// For one thread each.
        private var own: [Queue]
        private(set) var waiting = 0
        /// Sent and not yet answered.
        var underWay = 0
        var isClosed = false
        /// Why the import stops; nothing is sent after it.
        var failure: ImportError?
        var outcomes = Outcomes()

        init(threadCount: Int) { own = Array(repeating: Queue(), count: threadCount) }

        mutating func push(_ commands: [ImportCommand]) {
            waiting += commands.count
            common.tidy()
            for index in own.indices { own[index].tidy() }
            for command in commands {
                if let thing = command.thing { own[thing % own.count].push(command) } else { common.push(command) }
            }
        }

        /// At most `count` commands for a thread: its own, else its share of the common ones; nil when there are none.
        mutating func pop(_ count: Int, for thread: Int) -> [ImportCommand]? {
            let commands =
                if own[thread].count > 0 {
                    own[thread].pop(min(count, own[thread].count))
                } else {
                    common.pop(min(count, (common.count + own.count - 1) / own.count))
                }
            guard !commands.isEmpty else { return nil }
            waiting -= commands.count
            underWay += commands.count
            return commands
        }

        mutating func drop() {
            for index in own.indices { own[index].removeAll() }
            common.removeAll()
            waiting = 0
        }
    }

    let currency: Currency
    private let shared: Monitor<Shared>
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
        do throws(ProcessLimits.Shortage) {
            try ProcessLimits.requireFiles(
                connectionCount + 32, for: "an import of \(connectionCount) connections",
                wayOut: "take fewer --connections")
            try ProcessLimits.requireMemory(
                own: (256 + 16 * connectionCount) << 20, for: "an import of \(connectionCount) connections")
        } catch {
            throw ImportError("\(error)")
        }
        do throws(ConnectionError) {
            _ = try ServerConnection(address)
        } catch {
            throw ImportError("--server \(address.text) cannot be reached (\(error)); start vitrine there first")
        }
        (gatheredMax, waitingMin) = (256 * connectionCount, 64 * connectionCount)
        let waitingMin = waitingMin
        let shared = Monitor(Shared(threadCount: connectionCount))
        self.shared = shared
        threads = (0..<connectionCount).map { index in
            Thread(name: "import") {
                var courier = Courier(
                    index: index, address: address, patience: patience, shared: shared, waitingMin: waitingMin)
                courier.run()
            }
        }
    }

    deinit {
        shared.update {
            $0.isClosed = true
            $0.drop()
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
