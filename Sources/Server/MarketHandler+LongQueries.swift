import HTTP
import JSON
import LMDB
import Queries

/// Queries that would block the loop: the worker answers them, and the loop serves others meanwhile.
extension MarketHandler {
    /// Lets the worker answer, once for all requests that ask the same meanwhile. The connection must be suspended.
    func handOver(_ query: Query, _ target: [UInt8], _ ifNoneMatch: [UInt8]?, on connection: HTTPConnection)
        throws(Problem)
    {
        let position = market.freshness.appliedPosition
        if !longQueries.contains(target.span.bytes) { try submit(query, target) }
        longQueries.add(
            LongQueries.Waiter(connection: connection.id, position: position, ifNoneMatch: ifNoneMatch), for: target)
    }

    private func submit(_ query: Query, _ target: [UInt8]) throws(Problem) {
        let mailbox = self.mailbox
        let isAccepted = market.worker.submit(
            QueryWorker.Request(query: query) { answer in
                mailbox.post { ($0.handler as? MarketHandler)?.finish(query, target, answer, on: $0) }
            })
        guard isAccepted else {
            throw Problem(
                "busy", .unavailable, "Too many long queries are waiting",
                detail: "Try again after the seconds in Retry-After.")
        }
    }

    /// The worker is done: keeps its answer and gives it to all who wait for it.
    private func finish(
        _ query: Query, _ target: [UInt8], _ result: Result<QueryWorker.Answer, LMDBError>, on server: ServerLoop
    ) {
        guard case .success(let made) = result else {
            guard case .failure(let error) = result else { return }
            return complete(longQueries.take(target, at: .max).ready, on: server) { _, connection, output in
                self.refuse(self.viewsFailed(error), on: connection, into: &output)
            }
        }
        let (ready, late) = longQueries.take(target, at: made.position)
        switch made {
        case .found(let body, let etag, let position, let partitions):
            body.withUnsafeBytes { body in
                let answer = QueryEngine.Answer(body: body, etag: etag, position: position, partitions: partitions)
                engine.keep(answer, target: target.span.bytes)
                complete(ready, on: server) { waiter, connection, output in
                    self.write(
                        .found(answer), of: query, ifNoneMatch: waiter.ifNoneMatch, on: connection, into: &output)
                }
            }
        case .notFound(let kind, let position):
            complete(ready, on: server) { _, connection, output in
                self.write(
                    .notFound(kind: kind, position: position), of: query, ifNoneMatch: nil, on: connection,
                    into: &output)
            }
        case .beyondBudget:
            complete(ready, on: server) { _, connection, output in
                self.refuse(MarketHandler.tooMuch, on: connection, into: &output)
            }
        }
        for waiter in late {
            guard let connection = server.connection(waiter.connection) else { continue }
            answerSuspended(query, target, waiter.ifNoneMatch, on: connection)
        }
    }

    private func complete(
        _ waiters: [LongQueries.Waiter], on server: ServerLoop,
        _ write: (LongQueries.Waiter, HTTPConnection, inout ByteWriter) -> Void
    ) {
        for waiter in waiters {
            guard let connection = server.connection(waiter.connection) else { continue }
            connection.complete { write(waiter, connection, &$0) }
        }
    }

    /// At its bound the server says 503, though who asks the same again is told the same.
    private static let tooMuch = Problem(
        "too-much", .unavailable, "The query reads too much",
        detail: "It would take longer than a query may. Ask for less: fewer days, a category, fewer facets.")
}
