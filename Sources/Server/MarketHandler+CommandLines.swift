import Decisions
import EventLoop
import HTTP
import JSON
import Queries
import Synchronization

/// `POST /v1/commands` with a command a line: read, decided and answered in steps, whatever its length.
///
/// Reading stops while too much of the request waits for the writer, or too many answers for the client, and goes on when
/// there is room: a full queue holds a line back and does not fail it.
extension MarketHandler {
    public func wantsBodyStream(_ request: borrowing Request) -> Bool {
        guard request.method == .post, Route.isCommandLines(request.path) else { return false }
        // What is too long for any other request is refused for its type, not for its length.
        return MarketHandler.isContent("application/x-ndjson", request) || request.head.contentLength > Limits.bodyBytes
    }

    func takeCommandLines(
        _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) throws(Problem) {
        try MarketHandler.checkCommandLinesHead(request)
        let isMinimal = MarketHandler.prefersMinimal(request)
        let isChunked = !request.head.isVersion10
        if request.head.hasBody {
            let count = market.commandStreams.wrappingAdd(1, ordering: .relaxed).newValue
            guard count <= CommandLines.countMax else {
                market.commandStreams.wrappingSubtract(1, ordering: .relaxed)
                throw Problem(
                    "busy", .unavailable, "Too many clients send commands in lines",
                    detail: "At most \(CommandLines.countMax) do at a time. Nothing was done: send them again.")
            }
        }
        if !isChunked { connection.closeAfterAnswer() }
        let retry = LoopTimer(on: loop) { [unowned self, unowned connection] in goOn(connection) }
        let lines = CommandLines(
            in: market.currency, isMinimal: isMinimal, isChunked: isChunked, retry: retry)
        guard request.head.hasBody else { return writeEnd(of: lines, on: connection, into: &output) }
        commandLines[connection.id] = lines
        connection.suspend()
    }

    static func checkCommandLinesHead(_ request: borrowing Request) throws(Problem) {
        try Query.requireNoParameters(request.query)
        guard isContent("application/x-ndjson", request) else {
            throw Problem(
                "unsupported-media-type", .unsupportedMediaType, "Many commands are lines of JSON",
                detail: "Send them with Content-Type: application/x-ndjson and without a Content-Encoding."
            ).at(.header("Content-Type"), "must be application/x-ndjson")
        }
    }

    /// `return=minimal` among the request's preferences (RFC 7240).
    private static func prefersMinimal(_ request: borrowing Request) -> Bool {
        request.preference("return") == Array("minimal".utf8)
    }

    // MARK: The body

    public func receive(_ part: UnsafeRawBufferPointer, on connection: HTTPConnection, into output: inout ByteWriter) {
        guard let lines = commandLines[connection.id] else { return }
        lines.cutter.append(part)
        let before = lines.cutter.number
        takeLines(lines, connection)
        if lines.hasAnswers { writeAnswers(of: lines, on: connection, into: &output) }
        if lines.isHeldBack {
            connection.pauseBody()
        } else if lines.cutter.number > before {
            connection.renewBodyDeadline()
        }
    }

    public func bodyEnded(on connection: HTTPConnection, into output: inout ByteWriter) {
        guard let lines = commandLines[connection.id] else { return }
        lines.cutter.end()
        takeLines(lines, connection)
        if lines.hasAnswers { writeAnswers(of: lines, on: connection, into: &output) }
        // The answer cannot be completed from within this call.
        if lines.isDone { goOnSoon(connection.id) }
    }

    /// The lines that came whole are decided, and their outcomes are sent before the connection ends.
    public func bodyFailed(_ refusal: Refusal?, on connection: HTTPConnection) -> Bool {
        guard let lines = commandLines[connection.id] else { return false }
        lines.cutter.breakOff()
        (lines.isBrokenOff, lines.refusal) = (true, refusal)
        goOnSoon(connection.id)
        return true
    }

    /// Takes lines as long as there is room for them.
    private func takeLines(_ lines: CommandLines, _ connection: HTTPConnection) {
        let sharers = market.commandStreams.load(ordering: .relaxed)
        lines.isHeldBack = true
        while !connection.isBackedUp, lines.hasRoom(sharedBy: sharers) {
            if let held = lines.held {
                guard submit(held, lines) else { return lines.retry.start(milliseconds: CommandLines.retry_ms) }
                lines.held = nil
                continue
            }
            guard let line = lines.cutter.next() else {
                lines.isHeldBack = false
                return
            }
            take(line, lines.cutter.number, lines, connection.id)
        }
        // Neither the writer nor the client will say that there is room again.
        if lines.underWay == 0, !connection.isBackedUp { goOnSoon(connection.id) }
    }

    private func take(_ line: LineCutter.Line, _ number: Int, _ lines: CommandLines, _ id: UInt64) {
        do throws(Problem) {
            guard case .text(let text) = line else {
                throw Problem(
                    "content-too-large", .contentTooLarge, "The line is too large",
                    detail: "A line may have at most \(LineCutter.lineBytesMax) bytes. It was skipped.")
            }
            let submitted = try CommandLine.decode(text.span.bytes, context: decoding, parser: &parser)
            counters.commands.wrappingAdd(1, ordering: .relaxed)
            let (mailbox, outcomes) = (self.mailbox, lines.outcomes)
            let request = CommandRequest(submitted, weight: text.count + 256) { outcome in
                guard outcomes.append(outcome) else { return }
                mailbox.post { server in
                    server.connection(id).map { (server.handler as? MarketHandler)?.goOn($0) }
                }
            }
            lines.held = CommandLines.Held(request: request, number: number)
        } catch {
            counters.problems.wrappingAdd(1, ordering: .relaxed)
            lines.refused(number, error)
        }
    }

    private func submit(_ held: CommandLines.Held, _ lines: CommandLines) -> Bool {
        guard market.decisions.queue.submit(held.request, isBulk: true) else { return false }
        lines.submitted(held.number, weight: held.request.weight)
        return true
    }

    // MARK: The answer

    /// Something has changed: the writer has decided, the client has read, or there may be room in the queue.
    func goOn(_ connection: HTTPConnection) {
        guard let lines = commandLines[connection.id], connection.isSuspended else { return }
        lines.settle()
        takeLines(lines, connection)
        if lines.isDone, !lines.isBrokenOff {
            forgetCommandLines(connection.id)
            return connection.complete { self.writeEnd(of: lines, on: connection, into: &$0) }
        }
        if lines.hasAnswers { connection.send { self.writeAnswers(of: lines, on: connection, into: &$0) } }
        if lines.isDone {
            forgetCommandLines(connection.id)
            // Not a status that says to send it again: some of it is done.
            if lines.hasTaken, !lines.hasBegun {
                connection.send { self.beginAnswer(of: lines, on: connection, into: &$0) }
            }
            connection.endFailedBody(lines.refusal)
        } else if !lines.isHeldBack {
            connection.resumeBody()
        }
    }

    private func goOnSoon(_ id: UInt64) {
        mailbox.post { server in server.connection(id).map { (server.handler as? MarketHandler)?.goOn($0) } }
    }

    private func beginAnswer(of lines: CommandLines, on connection: HTTPConnection, into output: inout ByteWriter) {
        guard !lines.hasBegun else { return }
        lines.hasBegun = true
        connection.beginHead(.ok, into: &output)
        output.append("Content-Type: application/x-ndjson\r\nCache-Control: no-store\r\n")
        if lines.isMinimal { output.append("Preference-Applied: return=minimal\r\n") }
        appendToken(market.log.durablePosition, to: &output)
        output.endHead(isChunked: lines.isChunked)
    }

    private func writeAnswers(of lines: CommandLines, on connection: HTTPConnection, into output: inout ByteWriter) {
        beginAnswer(of: lines, on: connection, into: &output)
        lines.writeAnswers(into: &output)
    }

    private func writeEnd(of lines: CommandLines, on connection: HTTPConnection, into output: inout ByteWriter) {
        beginAnswer(of: lines, on: connection, into: &output)
        lines.writeEnd(market.tokens, logEnd: market.log.durablePosition, into: &output)
    }

    /// What the writer has of it is decided all the same.
    func forgetCommandLines(_ id: UInt64) {
        guard commandLines.removeValue(forKey: id) != nil else { return }
        market.commandStreams.wrappingSubtract(1, ordering: .relaxed)
    }
}
