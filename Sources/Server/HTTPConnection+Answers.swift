import EventLoop
import HTTP
import JSON

extension HTTPConnection {
    // MARK: For handlers

    /// Starts an answer: the status line, `Date`, what is to be said about the connection and to other origins' pages.
    @inline(__always)
    public func beginHead(_ status: Status, into output: inout ByteWriter) {
        output.beginHead(status, server.date.pointee, persistence)
        if originNumber >= 0 { appendOriginFields(into: &output) }
    }

    /// Closes the connection after this answer. Call it before `beginHead`.
    public func closeAfterAnswer() { persistence = .closing }

    /// Appends a whole answer that reports `problem`. `fields` may append further header fields.
    public func answer(
        _ problem: Problem, into output: inout ByteWriter, fields: (inout ByteWriter) -> Void = { _ in }
    ) {
        beginHead(problem.status, into: &output)
        output.field("Content-Type", "application/problem+json")
        output.field("Cache-Control", "no-store")
        if problem.status == .unavailable || problem.status == .tooManyRequests { output.field("Retry-After", "1") }
        server.handler.appendCommonFields(into: &output)
        fields(&output)
        var body = ByteWriter(capacity: 512)
        problem.write(into: &body)
        output.endHead(contentLength: body.count)
        if !isHead { output.append(body.bytes) }
    }

    /// The handler answers later, with `send` and `complete`; until then nothing further is read from this client.
    /// What `handle` has appended so far is sent.
    public func suspend() {
        guard !isClosing else { return }
        phase = .suspended
        pauseReading()
        cancelDeadline()
    }

    /// Whether an answer is still to come.
    public var isSuspended: Bool { (phase == .suspended || phase == .stream) && !isClosing }

    /// Sends a part of a suspended answer. Not from within `handle`.
    public func send(_ write: (inout ByteWriter) -> Void) {
        guard isSuspended else { return }
        server.beginServing()
        write(&server.output.pointee)
        hasAnswerBegun = true
        flush()
        server.endServing()
    }

    /// Sends the last part of a suspended answer and goes on with the client's next request. Not from within `handle`.
    public func complete(_ write: (inout ByteWriter) -> Void) {
        guard isSuspended else { return }
        server.beginServing()
        write(&server.output.pointee)
        // What is left of a streamed body cannot be told from a next request.
        if phase == .stream { persistence = .closing }
        phase = .idle
        answered()
        hold()
        server.endServing()
        if !isClosing { proceed() }
    }

    // MARK: For the server

    /// Answers once, without routing, and closes so that the client can read the answer.
    func refuse(_ refusal: Refusal) {
        guard !isClosing else { return }
        server.renewDate()
        server.values.refusedRequests &+= 1
        persistence = .closing
        isHead = false
        answer(refusal.problem, into: &server.output.pointee)
        flush()
        finish()
    }

    /// The server ends: idle clients go at once, others after their answer.
    func drain() {
        persistence = .closing
        if phase == .idle && bufferedInput == 0 {
            if queuedOutput == 0 { close() } else { finish() }
        }
    }
}
