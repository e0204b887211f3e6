import Decisions
import EventLoop
import Glibc
import POSIX
import Projector
import Synchronization
import Views

/// The whole server: opens the data directory, brings views and decisions up to the log's end, then serves until told to stop.
public struct VitrineServer {
    private let configuration: Configuration
    private let report: @Sendable (String) -> Void

    /// `report` gets one line at a time: progress and trouble.
    public init(_ configuration: Configuration, report: @escaping @Sendable (String) -> Void) {
        (self.configuration, self.report) = (configuration, report)
    }

    /// Call it first of all: from then on HUP does nothing at any time, and TERM and INT end a start as a stop, with exit code 0.
    public static func prepareForSignals() { Signals.prepare() }

    /// Runs until TERM or INT, then drains. Throws when it cannot start.
    public func run() throws {
        let startedAt = Clock.monotonicNanoseconds
        try configuration.requireLoopback()
        let filesOfClients = try configuration.requireResources()
        // Before any thread: they inherit the mask, so that only `Signals.wait` sees these.
        let signals = Signals()
        let sockets: [ListeningSocket]
        do {
            sockets = try ListeningSocket.bind(configuration.listen, count: configuration.loops)
        } catch {
            guard case .portInUse = error else { throw error }
            throw DataDirectory.Refusal("\(error): stop that one, or choose another address with --listen")
        }
        signals.handleEarlyStop()
        let directory = try DataDirectory(
            path: configuration.dataDirectory, currency: configuration.currency,
            diskReserveBytes: configuration.diskReserveBytes, acceptsLoss: configuration.acceptLoss, report: report)
        let projector = try directory.projector(Freshness())
        // The write side starts threads, and no thread but the main one may take a signal.
        signals.endEarlyStop()
        let report = self.report
        let decisions = try directory.decisions(
            Decisions.Troubles(
                onFatal: { error in
                    report("stopping, nothing more can be accepted: \(error)")
                    _exit(1)
                },
                onTrouble: { report("decisions/ cannot be folded for now: \($0)") }))
        let market = Market(
            log: directory.log, projector: projector, decisions: decisions, currency: directory.currency,
            importsAllowed: configuration.acceptImports, cacheBytes: configuration.cacheBytes,
            loops: configuration.loops, startedAt: startedAt, report: report)
        serve(market, sockets, signals, filesOfClients: filesOfClients)
        directory.close()
    }

    private func serve(
        _ market: Market, _ sockets: [ListeningSocket], _ signals: Signals, filesOfClients: Int
    ) {
        let report = self.report
        var options = LoopOptions()
        options.crossOrigin = configuration.crossOrigin
        options.fit(descriptors: filesOfClients)
        let loops = sockets.indices.map { index in
            RunningLoop(index: index, options: options) { loop, mailbox in
                do {
                    return try MarketHandler(
                        market, loop: loop, mailbox: mailbox, counters: market.handlerCounters[index])
                } catch {
                    report("stopping, the views cannot be read: \(error)")
                    _exit(1)
                }
            }
        }
        let feed = Thread(name: "feed") { market.feed.run() }
        let worker = Thread(name: "worker") {
            do {
                try market.worker.run()
            } catch {
                report("stopping, the views cannot be read: \(error)")
                _exit(1)
            }
        }
        let projector = Thread(name: "projector") {
            market.projector.run(
                onApplied: { _ in
                    atomicMemoryFence(ordering: .sequentiallyConsistent)
                    guard market.waiters.load(ordering: .sequentiallyConsistent) > 0 else { return }
                    for loop in loops { loop.mailbox.post { ($0.handler as? MarketHandler)?.wakeWaiters() } }
                },
                onCondition: { condition in
                    switch condition {
                    case .following: report("the projector follows again")
                    case .waiting(let reason): report("the projector waits: \(reason)")
                    case .stopped(_, let reason): report("the projector stopped: \(reason). Queries go on")
                    case .failed(let reason):
                        report("stopping, the views cannot be brought to the disk: \(reason)")
                        _exit(1)
                    }
                })
        }
        let isServing = Monitor(true)
        let watch = Thread(name: "watch") {
            while isServing.wait(milliseconds: VitrineServer.watchInterval_ms, until: { $0 ? nil : true }) == nil {
                guard let missing = market.log.missing() else { continue }
                report(
                    "stopping, \(missing) was deleted, moved or replaced while it was served: "
                        + "what is written now would be lost. Put it back where it was, and start again")
                _exit(1)
            }
        }
        let listening = Monitor(0)
        for (loop, socket) in zip(loops, sockets) {
            loop.listen(on: socket) { error in
                if let error {
                    report("stopping, cannot listen on \(socket.address): \(error)")
                    _exit(1)
                }
                listening.update { $0 += 1 }
            }
        }
        _ = listening.wait { $0 == loops.count ? true : nil }
        report("listening on http://\(sockets[0].address)")

        signals.wait()
        report("stopping: running requests get \(options.drainDeadline_ms / 1_000) s")
        let quiet = Monitor(0)
        for loop in loops { loop.drain { quiet.update { $0 += 1 } } }
        _ = quiet.wait { $0 == loops.count ? true : nil }
        // No command comes any more: what was accepted is decided and synced, and then the streams can be given all of it.
        market.decisions.stop()
        for loop in loops { loop.endStreams() }
        for loop in loops { loop.join() }
        market.worker.close()
        worker.join()
        market.feed.close()
        feed.join()
        market.projector.stop()
        projector.join()
        isServing.update { $0 = false }
        watch.join()
        report("stopped")
    }

    /// How soon it is seen that the data directory is no longer what is served.
    private static let watchInterval_ms = 400
}
