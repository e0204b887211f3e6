import EventLog
import HTTP
import JSON
import Queries

extension MarketHandler {
    /// A page of the log, or a stream of it for who accepts that.
    func answerEvents(
        _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) throws(Problem) {
        let query = try EventsQuery(request.query)
        if request.accepts("text/event-stream") {
            return try openStream(request, query, on: connection, into: &output)
        }
        let after = try position(query.after)
        let (mailbox, id) = (self.mailbox, connection.id)
        let isAccepted = market.feed.submit(
            EventFeed.Request(after: after, limit: query.limit) { result in
                mailbox.post { server in
                    guard let connection = server.connection(id), let handler = server.handler as? MarketHandler else {
                        return
                    }
                    connection.complete { handler.write(result, on: connection, into: &$0) }
                }
            })
        guard isAccepted else {
            throw Problem("busy", .unavailable, "Too many readers are waiting", detail: "Try again.")
        }
        connection.suspend()
    }

    /// `after`: a position, or a token of this log.
    func position(_ after: [UInt8]) throws(Problem) -> UInt64 {
        if after.isEmpty { return 0 }
        guard let position = try position(after, at: .parameter("after")) else {
            throw Problem.parameter("after", "must be a position or a Consistency-Token")
        }
        return position
    }

    /// Nil for what is neither a position nor a token.
    func position(_ text: [UInt8], at location: Problem.Location) throws(Problem) -> UInt64? {
        if let token = ConsistencyToken(text.span.bytes) {
            try requireOwn(token, at: location)
            return token.position
        }
        guard (1...20).contains(text.count),
            text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self))
    }

    private func write(
        _ result: Result<EventFeed.Answer, EventLogError>, on connection: HTTPConnection, into output: inout ByteWriter
    ) {
        switch result {
        case .success(let answer):
            connection.beginHead(.ok, into: &output)
            output.append("Content-Type: application/x-ndjson\r\nCache-Control: no-store\r\n")
            appendToken(answer.logEnd, to: &output)
            output.endHead(contentLength: answer.lines.count)
            if !connection.isHead { output.append(answer.lines) }
        case .failure(let error):
            refuse(
                Problem("log-failed", .internalError, "The log could not be read", detail: error.description),
                on: connection, into: &output)
        }
    }
}
