import HTTP
import JSON
import POSIX
import Projector
import Queries

extension MarketHandler {
    /// The answer to OPTIONS: what the path takes or, for `*`, what some path or other takes. (RFC 9110, 9.3.7.)
    func writeMethods(_ methods: StaticString, on connection: HTTPConnection, into output: inout ByteWriter) {
        connection.beginHead(.noContent, into: &output)
        output.field("Allow", methods)
        appendCommonFields(into: &output)
        output.endHead()
    }

    /// 200 while log, views and projector are well, else 503 and why.
    func writeReadiness(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)
        throws(Problem)
    {
        let isVerbose = try Query.verbose(request.query)
        let (isReady, reason): (Bool, String) =
            switch market.projector.currentCondition {
            case .following:
                if let damage = market.viewsDamage {
                    (false, "views: \(damage): stop vitrine and use vitrine-rebuild")
                } else {
                    (true, "projector: following")
                }
            case .waiting(let reason): (false, "projector: waiting: \(reason)")
            case .failed(let reason): (false, "projector: \(reason)")
            case .stopped(let position, let reason): (false, "projector: stopped at position \(position): \(reason)")
            }
        var text = isReady ? "ready\n" : "not ready\n\(reason)\n"
        if isVerbose {
            text =
                (isReady ? "ready\n" : "not ready\n") + "\(reason)\nlog: position \(market.log.durablePosition)\n"
                + "views: position \(market.freshness.appliedPosition)\n"
                + "decisions: position \(market.decisions.foldedPosition)\n"
        }
        writeText(text, isReady ? .ok : .unavailable, on: connection, into: &output)
    }

    /// Prometheus text format.
    func writeMetrics(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)
        throws(Problem)
    {
        try Query.requireNoParameters(request.query)
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: some BinaryInteger) {
            text += "# HELP vitrine_\(name) \(help)\n# TYPE vitrine_\(name) \(kind)\nvitrine_\(name) \(value)\n"
        }
        let all = market.handlerCounters
        func sum(_ value: (HandlerCounters) -> Int) -> Int { all.reduce(0) { $0 + value($1) } }
        add("log_position", "gauge", "Position of the last durable event.", market.log.durablePosition)
        add(
            "views_position", "gauge", "Position up to which the views are committed.", market.freshness.appliedPosition
        )
        add(
            "decisions_position", "gauge", "Position up to which decisions/ is folded.", market.decisions.foldedPosition
        )
        add("command_queue_depth", "gauge", "Commands that wait for the writer.", market.decisions.queue.depth)
        add("worker_queue_depth", "gauge", "Long queries that wait for the worker.", market.worker.depth)
        add("views_bytes", "gauge", "Bytes of the live view build.", market.projector.build.usedBytes)
        add("views_map_bytes", "gauge", "Address space the view build may grow into.", market.projector.build.mapBytes)
        add("token_waiters", "gauge", "Requests that wait for their token.", market.waiters.load(ordering: .relaxed))
        add(
            "command_streams", "gauge", "Requests that send commands in lines.",
            market.commandStreams.load(ordering: .relaxed))
        add("event_streams", "gauge", "Clients that follow the events.", market.eventStreams.load(ordering: .relaxed))
        add("queries_total", "counter", "Queries answered.", sum { $0.queries.load(ordering: .relaxed) })
        add(
            "worker_queries_total", "counter", "Long queries handed to the worker.",
            market.worker.taken.load(ordering: .relaxed))
        add("commands_total", "counter", "Commands taken in.", sum { $0.commands.load(ordering: .relaxed) })
        add(
            "problems_total", "counter", "Requests answered with a problem.",
            sum { $0.problems.load(ordering: .relaxed) })
        add(
            "cache_hits_total", "counter", "Answers from a response cache.",
            sum { $0.cacheHits.load(ordering: .relaxed) })
        add(
            "cache_misses_total", "counter", "Answers made from the views.",
            sum { $0.cacheMisses.load(ordering: .relaxed) })
        add(
            "cache_evictions_total", "counter", "Entries pushed out.",
            sum { $0.cacheEvictions.load(ordering: .relaxed) })
        add(
            "cache_stale_drops_total", "counter", "Entries outdated.",
            sum { $0.cacheStaleDrops.load(ordering: .relaxed) })
        add("cache_bytes", "gauge", "Bytes of the response caches.", sum { $0.cacheBytes.load(ordering: .relaxed) })
        let seconds = (Clock.monotonicNanoseconds - market.startedAt) / 1_000_000_000
        add("uptime_seconds", "gauge", "Since the start.", seconds)
        writeText(text, .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", on: connection, into: &output)
    }
}
