import Decisions
import HTTP
import JSON
import Marketplace
import Queries

extension MarketHandler {
    /// Decodes the command and puts it on the writer's queue; the answer follows when it is durable.
    func submit(
        _ name: [UInt8], _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) throws(Problem) {
        let key = try checkCommandHead(name, request)
        var submitted: SubmittedCommand
        do throws(Rejection) {
            submitted = try Command.decode(
                name: name.span.bytes, body: request.body, context: decoding, parser: &parser)
        } catch {
            throw Problem(error)
        }
        submitted.idempotencyKey = key
        counters.commands.wrappingAdd(1, ordering: .relaxed)
        let (mailbox, id) = (self.mailbox, connection.id)
        let command = CommandRequest(submitted, weight: request.body.byteCount + 256) { outcome in
            mailbox.post { server in
                guard let connection = server.connection(id), let handler = server.handler as? MarketHandler else {
                    return
                }
                connection.complete { handler.write(outcome, on: connection, into: &$0) }
            }
        }
        guard market.decisions.queue.submit(command) else {
            throw Problem(
                "busy", .unavailable, "Too many commands are waiting",
                detail: "Nothing was done. Send the command again after the seconds in Retry-After.")
        }
        connection.suspend()
    }

    /// Refuses what needs no body to be refused. Gives the idempotency key.
    func checkCommandHead(_ name: [UInt8], _ request: borrowing Request) throws(Problem) -> Text? {
        try Query.requireNoParameters(request.query)
        try MarketHandler.requireJSON(request)
        let key = try MarketHandler.idempotencyKey(request)
        try MarketHandler.requireCommand(name)
        return key
    }

    static func requireCommand(_ name: [UInt8]) throws(Problem) {
        do throws(Rejection) { try Command.requireKnown(name.span.bytes) } catch { throw Problem(error) }
    }

    func write(_ outcome: CommandOutcome, on connection: HTTPConnection, into output: inout ByteWriter) {
        switch outcome {
        case .accepted(let accepted): write(accepted, on: connection, into: &output)
        case .rejected(let rejection, let logEnd):
            counters.problems.wrappingAdd(1, ordering: .relaxed)
            answer(
                Problem(rejection, in: market.currency, at: "#", key: .header("Idempotency-Key")), at: logEnd,
                on: connection, into: &output)
        case .noRoom(let freeBytes, let reserveBytes, let logEnd):
            counters.problems.wrappingAdd(1, ordering: .relaxed)
            answer(.noRoom(freeBytes, reserveBytes), at: logEnd, on: connection, into: &output)
        }
    }

    private func write(_ accepted: AcceptedCommand, on connection: HTTPConnection, into output: inout ByteWriter) {
        var body = ByteWriter(capacity: 128)
        body.append("{\"position\":")
        body.append(decimal: accepted.position)
        body.append(",\"id\":")
        body.append(jsonString: accepted.subject.utf8)
        body.append(",\"events\":[")
        if let type = accepted.eventType { body.append(jsonString: type.utf8) }
        body.append("]}")
        connection.beginHead(.ok, into: &output)
        output.append("Content-Type: application/json\r\nCache-Control: no-store\r\n")
        if accepted.isReplayed { output.append("Idempotent-Replayed: true\r\n") }
        appendToken(max(accepted.position, accepted.logEnd), to: &output)
        output.endHead(contentLength: body.count)
        output.append(body.bytes)
    }

    /// A problem that was decided at `position` of the log.
    private func answer(
        _ problem: Problem, at position: UInt64, on connection: HTTPConnection, into output: inout ByteWriter
    ) {
        var body = ByteWriter(capacity: 512)
        problem.write(into: &body)
        connection.beginHead(problem.status, into: &output)
        output.append("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n")
        appendToken(position, to: &output)
        output.endHead(contentLength: body.count)
        output.append(body.bytes)
    }

    /// Whether the body is of the media type, in lower case, and sent as it is.
    static func isContent(_ mediaType: String, _ request: borrowing Request) -> Bool {
        guard !request.isRepeated(.contentType), !request.isRepeated(.contentEncoding) else { return false }
        let type = lowercased(request.value(.contentType)).prefix { $0 != ";" }.reversed()
        let encoding = lowercased(request.value(.contentEncoding))
        return type.drop { $0 == " " || $0 == "\t" }.reversed().elementsEqual(mediaType)
            && (encoding.isEmpty || encoding == "identity")
    }

    private static func lowercased(_ value: RawSpan?) -> String {
        value?.withUnsafeBytes { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
    }

    private static func requireJSON(_ request: borrowing Request) throws(Problem) {
        guard isContent("application/json", request) else {
            throw Problem(
                "unsupported-media-type", .unsupportedMediaType, "A command is JSON",
                detail: "Send it with Content-Type: application/json and without a Content-Encoding."
            ).at(.header("Content-Type"), "must be application/json")
        }
    }

    /// The key without its quotes, if it has any: 1–128 visible ASCII characters.
    private static func idempotencyKey(_ request: borrowing Request) throws(Problem) -> Text? {
        guard let value = request.value(.idempotencyKey) else { return nil }
        var key = value.withUnsafeBytes { [UInt8]($0) }
        let quote = UInt8(ascii: "\"")
        if key.count >= 2, key.first == quote, key.last == quote { key = Array(key[1..<key.count - 1]) }
        guard !request.isRepeated(.idempotencyKey), isIdempotencyKey(key) else {
            throw Problem(
                "malformed-idempotency-key", .badRequest, "The Idempotency-Key is not valid",
                detail: "Send one Idempotency-Key of 1 to 128 visible ASCII characters."
            ).at(.header("Idempotency-Key"), "must be 1 to 128 visible ASCII characters")
        }
        return Text(utf8: key)
    }

    static func isIdempotencyKey(_ key: [UInt8]) -> Bool {
        (1...128).contains(key.count) && key.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
