import EventLoop
import Foundation
import Marketplace
import POSIX
import Projector
import Queries
import Synchronization
import Views

@testable import Server

/// A market in this process with two loops on ports of their own: one that answers all it can, as the server's do, and one
/// that gives every query to the worker.
final class InProcessMarket {
    let market: Market
    private let loops: [RunningLoop]
    private let addresses: [SocketAddress]
    private let threads: [POSIX.Thread]
    private let directory = NSTemporaryDirectory() + "vitrine-server-\(UUID().uuidString)"
    private var hasEnded = false
    private var gates: [Gate] = []

    /// `workerBudget_ns` and `queuedMax` are the worker's.
    init(workerBudget_ns: Int = ReadBudget.worker_ns, queuedMax: Int = 64, cacheBytes: Int = 8 << 20) throws {
        let data = try DataDirectory(path: directory, currency: Currency("GBP")) { _ in }
        let projector = try data.projector(Freshness())
        let decisions = try data.decisions(.init(onFatal: { fatalError("\($0)") }, onTrouble: { _ in }))
        let worker = QueryWorker(
            projector.build, projector.freshness, budget_ns: workerBudget_ns, queuedMax: queuedMax)
        let market = Market(
            log: data.log, projector: projector, decisions: decisions, currency: data.currency, importsAllowed: false,
            cacheBytes: cacheBytes, loops: 2, startedAt: POSIX.Clock.monotonicNanoseconds, worker: worker)
        var options = LoopOptions()
        options.timerGranularity_ms = 10
        let loops = [ReadBudget.loop_ns, -1].enumerated().map { index, budget_ns in
            RunningLoop(index: index, options: options) { loop, mailbox in
                try! MarketHandler(
                    market, loop: loop, mailbox: mailbox, counters: market.handlerCounters[index], budget_ns: budget_ns)
            }
        }
        (self.market, self.loops) = (market, loops)
        threads = [
            POSIX.Thread(name: "feed") { market.feed.run() },
            POSIX.Thread(name: "worker") { try! market.worker.run() },
            POSIX.Thread(name: "projector") {
                market.projector.run(
                    onApplied: { _ in
                        for loop in loops { loop.mailbox.post { ($0.handler as? MarketHandler)?.wakeWaiters() } }
                    }, onCondition: { _ in })
            },
        ]
        addresses = try loops.map { loop in
            let socket = try ListeningSocket.bind(SocketAddress("127.0.0.1:0")!, count: 1)[0]
            let listening = Monitor(false)
            loop.listen(on: socket) { error in
                precondition(error == nil, "\(error!)")
                listening.update { $0 = true }
            }
            _ = listening.wait { $0 ? true : nil }
            return socket.address
        }
    }

    deinit {
        end()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Of the loop that answers all it can.
    func usualClient() -> TestClient { TestClient(addresses[0], of: self) }
    /// Of the loop that gives every query to the worker.
    func client() -> TestClient { TestClient(addresses[1], of: self) }

    /// Lets running requests finish, for as long as the server would.
    func drain() { for loop in loops { loop.drain() } }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        drain()
        // A test that failed has left some shut.
        for gate in gates { gate.open() }
        for loop in loops { loop.join() }
        market.decisions.stop()
        market.worker.close()
        market.feed.close()
        market.projector.stop()
        for thread in threads { thread.join() }
        market.log.close()
    }

    // MARK: The worker

    /// Keeps the worker from its queue until it is opened.
    final class Gate: Sendable {
        private let isOpen = Monitor(false)
        private let isReached = Monitor(false)

        fileprivate func pass() {
            isReached.update { $0 = true }
            _ = isOpen.wait { $0 ? true : nil }
        }

        fileprivate func waitUntilReached() { _ = isReached.wait { $0 ? true : nil } }

        func open() { isOpen.update { $0 = true } }
    }

    func holdWorker() -> Gate {
        let gate = Gate()
        gates.append(gate)
        precondition(market.worker.submit(.init(query: .user(id: [])) { _ in gate.pass() }))
        gate.waitUntilReached()
        return gate
    }

    /// Waits until so many queries wait for the worker.
    func waitForQueue(_ depth: Int) {
        while market.worker.depth != depth { _ = usualClient().ask(get("/livez")) }
    }
}

extension TestClient {
    /// Sends a command that must be accepted, and gives its token.
    @discardableResult
    func accept(_ name: String, _ body: String) -> String {
        let answer = ask(post("/v1/commands/\(name)", body, "Content-Type: application/json\r\n"))
        precondition(answer?.status == 200, "\(name) \(body): \(String(describing: answer))")
        return answer!.fields["consistency-token"]!
    }
}
