import EventLoop
import HTTP
import JSON

/// How a body begins.
extension HTTPConnection {
    /// False when the request was answered without its body; the connection then closes.
    func beginBody(_ head: RequestHead, _ base: UnsafeRawPointer, headLength: Int, arrived: Int) -> Bool {
        guard head.contentLength <= Limits.bodyBytes else {
            refuse(.bodyTooLarge)
            return false
        }
        if head.expectsContinue && arrived == 0 && isRefused(head, base) { return false }
        self.headLength = headLength
        bodyLength = head.contentLength
        phase = head.isChunked ? .chunks : .body
        decoder = ChunkedDecoder()
        setDeadline(milliseconds: server.options.bodyDeadline_ms)
        askForBody(head, arrived: arrived)
        return true
    }

    private func isRefused(_ head: RequestHead, _ base: UnsafeRawPointer) -> Bool {
        let output = server.output
        isHead = head.method == .head
        persistence = .closing
        guard server.handler.refusesHead(request(head, base, body: .empty), on: self, into: &output.pointee) else {
            return false
        }
        server.values.requests &+= 1
        answered()
        return true
    }

    /// A client that waits for it is told to send its body.
    func askForBody(_ head: RequestHead, arrived: Int) {
        if head.expectsContinue && arrived == 0 { server.output.pointee.append("HTTP/1.1 100 Continue\r\n\r\n") }
    }
}

/// Bodies that are too long to be held: the handler takes them part by part, at its own pace.
extension HTTPConnection {
    /// Each further part of this size has the time that a whole body has.
    private static let bytesPerDeadline = Limits.bodyBytes

    /// Hands no more of the body to the handler until `resumeBody`; the client is slowed down by TCP.
    public func pauseBody() {
        guard phase == .stream else { return }
        isBodyPaused = true
        pauseReading()
        cancelDeadline()
    }

    /// Goes on with a paused body. Not from within a call of the handler.
    public func resumeBody() {
        guard phase == .stream, isBodyPaused, !isClosing else { return }
        isBodyPaused = false
        renewStreamDeadline()
        proceed()
    }

    /// The body goes on as it should, however slowly: its next part may again take as long as a whole body.
    public func renewBodyDeadline() {
        guard phase == .stream, !isBodyPaused else { return }
        renewStreamDeadline()
    }

    /// What has been appended is the end of the answer: the rest of the body is not read, and the connection closes.
    public func abandonBody() {
        guard phase == .stream else { return }
        phase = .idle
        flush()
        finish()
    }

    func beginStream(_ head: RequestHead, _ base: UnsafeRawPointer, arrived: Int) {
        begin(head)
        isStreamChunked = head.isChunked
        bodyLength = head.contentLength
        decoder = ChunkedDecoder()
        isBodyPaused = false
        let before = server.output.pointee.count
        phase = .stream
        server.handler.handle(request(head, base, body: .empty), on: self, into: &server.output.pointee)
        hasAnswerBegun = server.output.pointee.count > before
        guard phase == .suspended else {
            // Answered without the body, which cannot be told from a next request.
            phase = .idle
            flush()
            return finish()
        }
        phase = .stream
        askForBody(head, arrived: arrived)
        renewStreamDeadline()
        resumeReading()
    }

    /// Hands on what `bytes` hold of the body and gives how many bytes are done with.
    func stream(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var (used, content) = (min(bytes.count, bodyLength), 0)
        if isStreamChunked {
            do throws(Refusal) {
                (used, content) = try decoder.decode(bytes, limit: .max)
            } catch {
                hand(on: UnsafeRawBufferPointer(rebasing: bytes[..<decoder.content]))
                failStream(error)
                return bytes.count
            }
        } else {
            content = used
            bodyLength -= used
        }
        settle(used)
        deadlineAllowance -= used
        if deadlineAllowance <= 0 { renewStreamDeadline() }
        hand(on: UnsafeRawBufferPointer(rebasing: bytes[..<content]))
        let output = server.output
        if isStreamChunked ? decoder.isDone : bodyLength == 0 {
            suspend()
            server.handler.bodyEnded(on: self, into: &output.pointee)
        }
        return used
    }

    private func hand(on content: UnsafeRawBufferPointer) {
        guard !content.isEmpty else { return }
        let output = server.output
        let before = output.pointee.count
        server.handler.receive(content, on: self, into: &output.pointee)
        if output.pointee.count > before { hasAnswerBegun = true }
    }

    /// The rest of the body is malformed or did not come.
    func failStream(_ refusal: Refusal?) {
        if server.handler.bodyFailed(refusal, on: self) { suspend() } else { endFailedBody(refusal) }
    }

    /// Ends the connection after a body that failed: with `refusal`, unless the client has seen a part of the answer, which can
    /// only end early.
    public func endFailedBody(_ refusal: Refusal?) {
        guard !isClosing else { return }
        if let refusal, !hasAnswerBegun { return refuse(refusal) }
        flush()
        finish()
    }

    private func renewStreamDeadline() {
        deadlineAllowance = Self.bytesPerDeadline
        setDeadline(milliseconds: server.options.bodyDeadline_ms)
    }
}
