import EventLog
import EventLoop
import HTTP
import JSON
import Queries
import Synchronization

/// `GET /v1/events` as `text/event-stream`: each event once, in order, until one side ends it.
extension MarketHandler {
    private typealias Stream = EventStreams.Stream

    func openStream(
        _ request: borrowing Request, _ query: EventsQuery, on connection: HTTPConnection, into output: inout ByteWriter
    ) throws(Problem) {
        let position = try streamStart(request, query)
        let isChunked = !request.head.isVersion10
        if connection.isHead { return writeStreamHead(isChunked, on: connection, into: &output) }
        let count = market.eventStreams.wrappingAdd(1, ordering: .relaxed).newValue
        guard count <= EventStreams.countMax else {
            market.eventStreams.wrappingSubtract(1, ordering: .relaxed)
            throw Problem(
                "busy", .unavailable, "Too many clients follow the events",
                detail: "At most \(EventStreams.countMax) do at a time. Try again after the seconds in Retry-After.")
        }
        writeStreamHead(isChunked, on: connection, into: &output)
        let id = connection.id
        let keepAlive = LoopTimer(on: loop) { [unowned self, unowned connection] in keepAliveDue(connection) }
        keepAlive.start(milliseconds: EventStreams.keepAlive_ms)
        streams.byConnection[id] = Stream(position: position, isChunked: isChunked, keepAlive: keepAlive)
        connection.outputDeadline_ms = EventStreams.stallDeadline_ms
        connection.suspendEndlessly()
        market.feed.follow([id], from: position, streams.outlet)
    }

    /// `Last-Event-ID`, else `after`; within the log, so that the next event is the one behind it.
    private func streamStart(_ request: borrowing Request, _ query: EventsQuery) throws(Problem) -> UInt64 {
        var (start, location) = (try position(query.after), Problem.Location.parameter("after"))
        if let value = request.value(.lastEventID), value.byteCount > 0 {
            location = .header("Last-Event-ID")
            let text = value.withUnsafeBytes { [UInt8]($0) }
            guard !request.isRepeated(.lastEventID), let last = try position(text, at: location) else {
                throw Problem(
                    "malformed-event-id", .badRequest, "The Last-Event-ID is not valid",
                    detail: "Send back the id of the last event that you have."
                ).at(location, "must be a position or a Consistency-Token")
            }
            start = last
        }
        try requireReached(start, at: location)
        return start
    }

    private func writeStreamHead(_ isChunked: Bool, on connection: HTTPConnection, into output: inout ByteWriter) {
        if !isChunked { connection.closeAfterAnswer() }
        connection.beginHead(.ok, into: &output)
        output.append("Content-Type: text/event-stream\r\nCache-Control: no-store\r\n")
        appendToken(market.log.durablePosition, to: &output)
        output.endHead(isChunked: isChunked)
    }

    // MARK: Going on

    /// Gives the streams a step: some now, the others after the loop's other clients had their turn.
    func deliver(
        _ step: Result<EventFeed.Step, EventLogError>, to connections: ArraySlice<UInt64>, on server: ServerLoop
    ) {
        let now = connections.prefix(EventStreams.deliveredAtOnce)
        switch step {
        case .success(let step):
            let ready = now.filter { id in server.connection(id).map { give(step, to: $0) } ?? false }
            market.feed.follow(ready, from: step.position, streams.outlet)
        case .failure:
            // The client sees that the answer is not whole, comes back, and is told why.
            for id in now { server.connection(id)?.close() }
        }
        let later = connections.dropFirst(now.count)
        guard !later.isEmpty else { return }
        mailbox.post { ($0.handler as? MarketHandler)?.deliver(step, to: later, on: $0) }
    }

    /// True when the client has taken all of it and may follow on.
    private func give(_ step: EventFeed.Step, to connection: HTTPConnection) -> Bool {
        guard var stream = streams.byConnection[connection.id], connection.isSuspended else { return false }
        step.chunk.withUnsafeBytes {
            connection.send(stream.isChunked ? $0 : UnsafeRawBufferPointer(rebasing: $0[step.events]))
        }
        stream.position = step.position
        stream.isFollowing = connection.queuedOutput == 0 && connection.isSuspended
        streams.byConnection[connection.id] = stream
        return !endDrained(stream, connection) && stream.isFollowing
    }

    /// The client has taken what it was given.
    func followOn(_ connection: HTTPConnection) {
        guard let stream = streams.byConnection[connection.id], !stream.isFollowing,
            !endDrained(stream, connection)
        else { return }
        streams.byConnection[connection.id]?.isFollowing = true
        market.feed.follow([connection.id], from: stream.position, streams.outlet)
    }

    private func keepAliveDue(_ connection: HTTPConnection) {
        guard let stream = streams.byConnection[connection.id] else { return }
        // Who has bytes waiting needs no further ones.
        if connection.queuedOutput == 0 {
            connection.send { $0.append(part: KeepAlive.comment.span.bytes, isChunked: stream.isChunked) }
        }
        stream.keepAlive.start(milliseconds: EventStreams.keepAlive_ms)
    }

    // MARK: Ends

    /// Ends the answer as a whole one.
    func endStream(_ connection: HTTPConnection) {
        guard let stream = streams.byConnection[connection.id] else { return }
        forgetStream(connection.id)
        connection.closeAfterAnswer()
        connection.complete { $0.endBody(isChunked: stream.isChunked) }
    }

    func endStreams() {
        for id in Array(streams.byConnection.keys) { endStreamSoon(id) }
    }

    /// From within `handle` nothing can be completed.
    private func endStreamSoon(_ id: UInt64) {
        mailbox.post { server in
            guard let handler = server.handler as? MarketHandler, let stream = handler.streams.byConnection[id],
                let connection = server.connection(id)
            else { return }
            handler.endDrained(stream, connection)
        }
    }

    /// Ends a stream of a server that ends, once it has been given every event that is durable; until then it goes on.
    @discardableResult
    private func endDrained(_ stream: Stream, _ connection: HTTPConnection) -> Bool {
        guard connection.server.isEndingStreams, stream.position >= market.log.durablePosition else { return false }
        endStream(connection)
        return true
    }

    func forgetStream(_ id: UInt64) {
        guard let stream = streams.byConnection.removeValue(forKey: id) else { return }
        market.eventStreams.wrappingSubtract(1, ordering: .relaxed)
        if stream.isFollowing { market.feed.leave(id, at: stream.position, streams.outlet) }
    }
}

private enum KeepAlive {
    static let comment = Array(":\n\n".utf8)
}
