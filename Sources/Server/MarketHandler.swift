import EventLoop
import HTTP
import JSON
import LMDB
import Marketplace
import POSIX
import Queries
import Synchronization
import Views

/// Answers one loop's requests: routes them, answers queries at once, and hands commands, feeds and long queries on.
public final class MarketHandler: RequestHandler {
    let market: Market
    let mailbox: LoopMailbox
    let loop: EventLoop
    let counters: HandlerCounters
    var engine: QueryEngine
    var parser = JSONParser()
    var waiting = TokenWaiters()
    var longQueries = LongQueries()
    var streams: EventStreams
    /// Requests that send commands in lines, by their connection.
    var commandLines: [UInt64: CommandLines] = [:]
    let decoding: DecodingContext

    /// A query that reads for longer than `budget_ns` goes to the market's worker.
    init(
        _ market: Market, loop: EventLoop, mailbox: LoopMailbox, counters: HandlerCounters,
        budget_ns: Int = ReadBudget.loop_ns
    ) throws(LMDBError) {
        (self.market, self.loop, self.mailbox, self.counters) = (market, loop, mailbox, counters)
        streams = EventStreams(of: mailbox)
        engine = try QueryEngine(
            views: market.projector.build, freshness: market.freshness, cacheBytes: market.cacheBytesPerLoop,
            budget_ns: budget_ns)
        decoding = DecodingContext(currency: market.currency, importsAllowed: market.importsAllowed) {
            var random = SystemRandomNumberGenerator()
            return UUIDv7.make(milliseconds: POSIX.Clock.wallMilliseconds, random: (random.next(), random.next()))
        }
    }

    public func handle(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter) {
        let isQuery = request.method == .get || request.method == .head
        if isQuery, MarketHandler.isFoundByTarget(request), let answer = engine.cachedAnswer(request.target) {
            return write(
                answer, isPrivate: !request.path.hasPrefix("/v1/products"), ifNoneMatch: request.value(.ifNoneMatch),
                on: connection, into: &output)
        }
        do throws(Problem) {
            try route(request, on: connection, into: &output)
        } catch {
            refuse(error, on: connection, into: &output)
        }
    }

    /// Whether an answer that is kept may be given before the request is understood.
    private static func isFoundByTarget(_ request: borrowing Request) -> Bool {
        !request.has(.consistencyToken) && !request.isRepeated(.ifNoneMatch) && !Route.hasEscape(request.path)
    }

    /// Every answer says how fresh it is, also one that was made without routing.
    public func appendCommonFields(into output: inout ByteWriter) {
        appendToken(engine.position, to: &output)
    }

    public func abandoned(_ connection: HTTPConnection) {
        waiting.remove(connection.id, in: market)
        longQueries.forget(connection.id)
        forgetStream(connection.id)
        forgetCommandLines(connection.id)
    }

    public func drained(_ connection: HTTPConnection) {
        followOn(connection)
        goOn(connection)
    }

    public func clientEnded(_ connection: HTTPConnection) { endStream(connection) }

    public func drain() { endStreams() }

    func refuse(_ problem: Problem, on connection: HTTPConnection, into output: inout ByteWriter) {
        counters.problems.wrappingAdd(1, ordering: .relaxed)
        connection.answer(problem, into: &output)
    }

    func appendToken(_ position: UInt64, to output: inout ByteWriter) {
        output.append("Consistency-Token: ")
        output.append(market.tokens.token(position))
        output.append("\r\n")
    }

    // MARK: Routes

    private func route(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)
        throws(Problem)
    {
        guard let route = try findRoute(request, on: connection, into: &output) else { return }
        let token = try checkedToken(request)
        switch route {
        case .command(let name): try submit(name, request, on: connection, into: &output)
        case .commandLines: try takeCommandLines(request, on: connection, into: &output)
        case .events: try answerEvents(request, on: connection, into: &output)
        case .live: writeText("ok\n", .ok, on: connection, into: &output)
        case .ready: try writeReadiness(request, on: connection, into: &output)
        case .metrics: try writeMetrics(request, on: connection, into: &output)
        case .description: try writeDescription(request, on: connection, into: &output)
        default:
            let query = try route.query(request.query)
            if let token, token.position > market.freshness.appliedPosition {
                return try wait(for: token, query, request, on: connection)
            }
            try answer(query, request, on: connection, into: &output)
        }
    }

    /// The request's token, if it has one that this log can have given.
    func checkedToken(_ request: borrowing Request) throws(Problem) -> ConsistencyToken? {
        guard let text = request.value(.consistencyToken) else { return nil }
        guard !request.isRepeated(.consistencyToken), let token = ConsistencyToken(text) else {
            throw Problem(
                "malformed-token", .badRequest, "The Consistency-Token is not valid",
                detail: "Send back one Consistency-Token as an answer gave it."
            ).at(.header("Consistency-Token"), "is not a token")
        }
        try requireOwn(token, at: .header("Consistency-Token"))
        return token
    }

    func requireOwn(_ token: ConsistencyToken, at location: Problem.Location) throws(Problem) {
        try requireReached(token.position, at: location)
        guard market.tokens.isOwn(token) else {
            throw Problem(
                "foreign-token", .conflict, "The token is not of this log",
                detail:
                    "It was given by another log, or by a history that this one lost when it was put back to an older copy. Drop it and read anew."
            ).at(location, "is not of this log's history")
        }
    }

    /// Refuses a position that this log has not given out.
    func requireReached(_ position: UInt64, at location: Problem.Location) throws(Problem) {
        let logEnd = market.log.durablePosition
        guard position > logEnd else { return }
        throw Problem(
            "foreign-token", .conflict, "The position is beyond this log's end",
            detail:
                "The log ends at position \(logEnd): the events it was given for are gone. Drop it and read anew."
        ).at(location, "names position \(position), which is beyond this log's end")
    }

    // MARK: Queries

    /// Answers at once, or suspends the connection and lets the worker answer. The views are as new as the request asks.
    private func answer(
        _ query: Query, _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) throws(Problem) {
        let isLookedFor = MarketHandler.isFoundByTarget(request)
        if let outcome = try outcome(of: query, request.target, isLookedFor: isLookedFor) {
            return write(outcome, of: query, ifNoneMatch: request.list(.ifNoneMatch), on: connection, into: &output)
        }
        try handOver(
            query, request.target.withUnsafeBytes { [UInt8]($0) }, request.list(.ifNoneMatch), on: connection)
        connection.suspend()
    }

    /// Answers a suspended connection, from views that are as new as its request asks.
    func answerSuspended(
        _ query: Query, _ target: [UInt8], _ ifNoneMatch: [UInt8]?, on connection: HTTPConnection
    ) {
        do throws(Problem) {
            guard let outcome = try outcome(of: query, target.span.bytes, isLookedFor: false) else {
                return try handOver(query, target, ifNoneMatch, on: connection)
            }
            connection.complete { write(outcome, of: query, ifNoneMatch: ifNoneMatch, on: connection, into: &$0) }
        } catch {
            connection.complete { refuse(error, on: connection, into: &$0) }
        }
    }

    /// Nil when the query is one for the worker. `isLookedFor` says that the answer is not kept.
    private func outcome(of query: Query, _ target: RawSpan, isLookedFor: Bool) throws(Problem) -> QueryEngine.Outcome?
    {
        if !isLookedFor, let answer = engine.cachedAnswer(target) { return .found(answer) }
        if longQueries.contains(target) { return nil }
        do throws(LMDBError) {
            let outcome = try engine.answer(query, target: target)
            if case .beyondBudget = outcome { return nil }
            return outcome
        } catch {
            throw viewsFailed(error)
        }
    }

    /// From now on the server is not ready: what cannot be read once is damaged.
    func viewsFailed(_ error: LMDBError) -> Problem {
        market.noteDamage(error)
        return Problem(
            "views-failed", .internalError, "The views could not be read",
            detail: "\(error). The log has all of it: stop vitrine and use vitrine-rebuild.")
    }

    func write(
        _ outcome: QueryEngine.Outcome, of query: Query, ifNoneMatch: [UInt8]?, on connection: HTTPConnection,
        into output: inout ByteWriter
    ) {
        if let ifNoneMatch {
            write(outcome, of: query, ifNoneMatch: ifNoneMatch.span.bytes, on: connection, into: &output)
        } else {
            write(outcome, of: query, ifNoneMatch: RawSpan?.none, on: connection, into: &output)
        }
    }

    private func write(
        _ outcome: QueryEngine.Outcome, of query: Query, ifNoneMatch: RawSpan?, on connection: HTTPConnection,
        into output: inout ByteWriter
    ) {
        switch outcome {
        case .found(let answer):
            write(answer, isPrivate: query.isPrivate, ifNoneMatch: ifNoneMatch, on: connection, into: &output)
        case .notFound(let kind, _):
            refuse(
                Problem("unknown-\(kind)", .notFound, "There is no such \(kind)", detail: "No \(kind) has this id."),
                on: connection, into: &output)
        case .beyondBudget: preconditionFailure("a query beyond the loop's budget was not handed over")
        }
    }

    private func write(
        _ answer: QueryEngine.Answer, isPrivate: Bool, ifNoneMatch: RawSpan?, on connection: HTTPConnection,
        into output: inout ByteWriter
    ) {
        countQuery()
        var isKnown = false
        if let ifNoneMatch { isKnown = MarketHandler.isETag(answer.etag, namedBy: ifNoneMatch) }
        connection.beginHead(isKnown ? .notModified : .ok, into: &output)
        output.append(
            isPrivate
                ? "Cache-Control: private, no-cache\r\nETag: \""
                : "Cache-Control: no-cache\r\nVary: Consistency-Token\r\nETag: \"")
        output.append(hex: answer.etag)
        output.append("\"\r\n")
        appendToken(answer.position, to: &output)
        if isKnown { return output.endHead() }
        output.append("Content-Type: application/json\r\n")
        output.endHead(contentLength: answer.body.count)
        if !connection.isHead { output.append(answer.body) }
    }

    private func countQuery() {
        counters.queries.wrappingAdd(1, ordering: .relaxed)
        let counts = engine.cacheCounts
        counters.cacheHits.store(counts.hits, ordering: .relaxed)
        counters.cacheMisses.store(counts.misses, ordering: .relaxed)
        counters.cacheEvictions.store(counts.evictions, ordering: .relaxed)
        counters.cacheStaleDrops.store(counts.staleDrops, ordering: .relaxed)
        counters.cacheBytes.store(engine.cacheBytes, ordering: .relaxed)
    }

    func writeText(
        _ text: String, _ status: Status, contentType: StaticString = "text/plain; charset=utf-8",
        on connection: HTTPConnection, into output: inout ByteWriter
    ) {
        connection.beginHead(status, into: &output)
        output.field("Content-Type", contentType)
        output.field("Cache-Control", "no-store")
        appendToken(engine.position, to: &output)
        output.endHead(contentLength: text.utf8.count)
        if !connection.isHead { output.append(text: text) }
    }
}

extension RawSpan {
    func hasPrefix(_ prefix: StaticString) -> Bool {
        byteCount >= prefix.utf8CodeUnitCount && extracting(0..<prefix.utf8CodeUnitCount).equals(prefix)
    }
}
