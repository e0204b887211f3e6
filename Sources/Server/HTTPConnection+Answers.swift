import EventLoop
import HTTP
import JSON

extension HTTPConnection {
    // MARK: For handlers

    /// Starts an answer: the status line, `Date`, what is to be said about the connection and to other origins' pages.
    @inline(__always)
    public func beginHead(_ status: Status, into output: inout ByteWriter) {
        output.beginHead(status, server.date.pointee, persistence)
        isToldToLeave = persistence == .closing
        if originNumber >= 0 { appendOriginFields(into: &output) }
    }

    /// Closes the connection after this answer. Call it before `beginHead`.
    public func closeAfterAnswer() { persistence = .closing }

    /// Appends a whole answer that reports `problem`. `fields` may append further header fields.
    public func answer(
        _ problem: Problem, into output: inout ByteWriter, fields: (inout ByteWriter) -> Void = { _ in }
    ) {
        // The rest of a streamed body is not read.
        if phase == .stream { closeAfterAnswer() }
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

    /// The answer has begun and goes on until the handler or the client ends it: `send` gives it parts, and the handler is
    /// told when the client has ended, which it would not notice while nothing is read.
    public func suspendEndlessly() {
        guard !isClosing else { return }
        phase = .endless
        cancelDeadline()
    }

    /// Whether an answer is still to come.
    public var isSuspended: Bool { (phase == .suspended || phase == .stream || phase == .endless) && !isClosing }

    /// Sends a part of a suspended answer. Not from within `handle`.
    public func send(_ write: (inout ByteWriter) -> Void) {
        guard isSuspended else { return }
        server.beginServing()
        write(&server.output.pointee)
        hasAnswerBegun = true
        flush()
        server.endServing()
    }

    /// Sends a part of a suspended answer that is ready made. Not from within `handle`.
    public func send(_ bytes: UnsafeRawBufferPointer) {
        guard isSuspended else { return }
        server.values.bytesOut &+= bytes.count
        hasAnswerBegun = true
        server.sendHeld()
        write(bytes)
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

    func answer(_ head: RequestHead, _ base: UnsafeRawPointer, body: UnsafeRawBufferPointer) {
        begin(head)
        server.handler.handle(request(head, base, body: body), on: self, into: &server.output.pointee)
        if isUnanswered { return }
        answered()
        if server.output.pointee.count >= Self.coalescedMaximum { flush() }
    }

    func begin(_ head: RequestHead) {
        server.values.requests &+= 1
        isHead = head.method == .head
        persistence =
            !head.keepAlive || isLastAnswer ? .closing : head.isVersion10 ? .stated : .implied
        phase = .idle
    }

    func request(_ head: RequestHead, _ base: UnsafeRawPointer, body: UnsafeRawBufferPointer) -> Request {
        server.parser.request(head, head: base, body: body)
    }

    /// Pipelined answers are gathered up to this many bytes before they are written.
    private static let coalescedMaximum = 256 * 1024

    /// After the last byte of an answer has been appended.
    func answered() {
        // Until the next head is understood its origin is not known.
        if originNumber > 0 { originNumber = 0 }
        servedAt_ms = server.loop.now_ms
        if isLastAnswer, isToldToLeave { persistence = .closing }
        if persistence == .closing {
            flush()
            finish()
        } else if isLastAnswer {
            // Its head went out before the server ended, so the client may send another request, and is told then.
            setDeadline(milliseconds: server.options.busyClient_ms)
        } else {
            setDeadline(milliseconds: server.options.idleDeadline_ms)
        }
    }

    /// Keeps what has been appended for this client until the tick's end: see `ServerLoop.sendHeld`.
    func hold() { server.hold(for: self) }

    /// Writes what has been appended at once, and what was held before it.
    func flush() {
        hold()
        server.sendHeld()
    }

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
}
