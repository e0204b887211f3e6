import EventLog
import HTTP
import JSON
import Queries

extension MarketHandler {
    /// Hands the request to the feed's thread; the answer follows.
    func feed(_ request: borrowing Request, on connection: HTTPConnection) throws(Problem) {
        let query = try EventsQuery(request.query)
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
    private func position(_ after: [UInt8]) throws(Problem) -> UInt64 {
        if after.isEmpty { return 0 }
        if let token = ConsistencyToken(after.span.bytes) {
            try requireOwn(token, at: .parameter("after"))
            return token.position
        }
        guard after.count <= 20, after.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let position = UInt64(String(decoding: after, as: UTF8.self))
        else { throw Problem.parameter("after", "must be a position or a Consistency-Token") }
        return position
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
