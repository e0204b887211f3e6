import EventLoop
import HTTP
import JSON

/// One client speaking HTTP: cuts requests out of its bytes and answers them one at a time, in their order.
///
/// A request is given to the handler once it is complete. Requests that arrived together are answered with one write.
/// While a request is suspended nothing further is read, so a client can keep at most one request in flight and what
/// one read brought beyond it.
public final class HTTPConnection: Connection {
    /// Names this connection for other threads; never given twice by a loop.
    public let id: UInt64
    /// The loop this connection belongs to.
    public let server: ServerLoop

    /// What every request looks at; behind a pointer for the reason that `Connection.Flow` gives.
    private let hot: UnsafeMutablePointer<Hot>
    var decoder = ChunkedDecoder()
    /// Of the request whose body is being read.
    var headLength = 0
    var bodyLength = 0
    /// Of a streamed body: how it is delimited, whether the handler wants no more for now, and whether the client has
    /// seen a part of the answer.
    var isStreamChunked = false
    var isBodyPaused = false
    var hasAnswerBegun = false
    /// Bytes of a streamed body that may still arrive before its deadline is set anew.
    var deadlineAllowance = 0
    let isTurnedAway: Bool

    private struct Hot: ~Copyable {
        var phase = Phase.idle
        /// When the last answer was complete, or the client was accepted.
        var servedAt_ms: UInt64 = 0
        /// Once the server ends: bytes that had arrived by then and belong to requests not begun yet.
        var owed = 0
        var persistence = Persistence.implied
        /// Whether the head of the answer being made said that it is the last.
        var isToldToLeave = false
        var isHead = false
        /// Of the request being answered: see `CrossOrigin.number(of:)`. Negative without `--cors-origin`.
        var originNumber = -1
        var scanner = HeadScanner()
        var input = InputBuffer()
    }

    enum Phase {
        /// Between requests.
        case idle
        /// A head has begun.
        case head
        /// `bodyLength` bytes follow the head in the buffer, as soon as they have arrived.
        case body
        /// The body arrives in chunks; `bodyLength` bytes of it are decoded.
        case chunks
        /// The body goes to the handler as it arrives; `bodyLength` bytes are still to come, unless it is chunked.
        case stream
        /// The handler answers later.
        case suspended
        /// The handler answers until one side ends it; the client is watched, so that its end is noticed.
        case endless
    }

    /// A client that is `isTurnedAway` is told that the server is full.
    init(on server: ServerLoop, id: UInt64, isTurnedAway: Bool) {
        (self.server, self.id, self.isTurnedAway) = (server, id, isTurnedAway)
        hot = .allocate(capacity: 1)
        hot.initialize(to: Hot())
        super.init(on: server.loop)
        if server.options.crossOrigin != nil { originNumber = 0 }
        outputDeadline_ms = server.options.outputDeadline_ms
    }

    deinit {
        hot.deinitialize(count: 1)
        hot.deallocate()
    }

    var phase: Phase {
        get { hot.pointee.phase }
        set { hot.pointee.phase = newValue }
    }

    /// Whether the handler answers later, and no further request is served until then.
    var isUnanswered: Bool { phase == .suspended || phase == .endless }

    var isEndless: Bool { phase == .endless }

    var servedAt_ms: UInt64 {
        get { hot.pointee.servedAt_ms }
        set { hot.pointee.servedAt_ms = newValue }
    }

    var owed: Int {
        get { hot.pointee.owed }
        set { hot.pointee.owed = newValue }
    }

    /// What the answer being made says about the connection.
    public internal(set) var persistence: Persistence {
        get { hot.pointee.persistence }
        set { hot.pointee.persistence = newValue }
    }

    var isToldToLeave: Bool {
        get { hot.pointee.isToldToLeave }
        set { hot.pointee.isToldToLeave = newValue }
    }

    /// Whether the request being answered is HEAD: its answer has no body.
    public internal(set) var isHead: Bool {
        get { hot.pointee.isHead }
        set { hot.pointee.isHead = newValue }
    }

    var originNumber: Int {
        get { hot.pointee.originNumber }
        set { hot.pointee.originNumber = newValue }
    }

    /// The request that is not complete, and what came behind it. Empty while requests arrive whole.
    var bufferedInput: Int { hot.pointee.input.count }

    // MARK: Input

    public override func accepted() {
        if isTurnedAway {
            refuse(.overloaded)
        } else {
            servedAt_ms = server.loop.now_ms
            setDeadline(milliseconds: server.options.headDeadline_ms)
        }
    }

    public override func received(_ bytes: UnsafeMutableRawBufferPointer) {
        server.beginServing()
        server.values.bytesIn &+= bytes.count
        if bufferedInput == 0 {
            let used = serve(bytes)
            if used < bytes.count && !isClosing {
                buffer(UnsafeRawBufferPointer(rebasing: bytes[used...]))
                if phase == .chunks { serveInput() }
            }
        } else {
            buffer(UnsafeRawBufferPointer(bytes))
            serveInput()
        }
        endServing()
    }

    public override func readEnded() {
        // What is being answered is finished first; the rest of an incomplete request will never come.
        if phase == .endless {
            server.handler.clientEnded(self)
        } else if phase == .stream && !isBackedUp {
            failStream(nil)
        } else if phase != .suspended && !isBackedUp {
            finish()
        }
    }

    /// Serves what is buffered already, after an answer or once the client has read enough.
    func proceed() {
        server.beginServing()
        serveInput()
        endServing()
        guard !isClosing, !isUnanswered, !isBackedUp, !(phase == .stream && isBodyPaused) else { return }
        guard hasReadEnded else { return resumeReading() }
        if phase == .stream { failStream(nil) } else { finish() }
    }

    private func endServing() {
        hold()
        server.endServing()
        // Behind an endless answer nothing is served: what a client sends there stays in the kernel.
        if !isClosing, phase == .endless, bufferedInput > 0 { pauseReading() }
        if server.isDraining, isIdle, owed <= 0 { endIdle() }
    }

    /// Keeps what is not complete.
    private func buffer(_ bytes: UnsafeRawBufferPointer) {
        guard server.bufferedInput + bytes.count <= server.options.bufferedInputMaximum else {
            return refuse(.overloaded)
        }
        server.bufferedInput += bytes.count
        hot.pointee.input.append(bytes)
    }

    private func consume(_ length: Int) {
        server.bufferedInput -= length
        hot.pointee.input.consume(length)
    }

    /// Serves the requests in the connection's own buffer.
    private func serveInput() {
        while !isClosing {
            if phase == .chunks && !decodeChunks() { return }
            let used = serve(hot.pointee.input.bytes)
            if isClosing { return }
            consume(used)
            if phase != .chunks || bufferedInput == 0 { return }
        }
    }

    /// Serves every complete request in `bytes` and gives how many bytes are done with.
    private func serve(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var used = 0
        while !isClosing, !isBackedUp {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch phase {
            case .idle, .head:
                if phase == .idle {
                    let blank = rest.leadingBlankLines
                    if blank > 0 {
                        used += blank
                        settle(blank)
                        continue
                    }
                    if rest.isEmpty || rest.count == 1 && rest[0] == 0x0D { return used }
                }
                switch hot.pointee.scanner.scan(rest) {
                case .incomplete:
                    if phase == .idle {
                        phase = .head
                        setDeadline(milliseconds: server.options.headDeadline_ms)
                    }
                    return used
                case .refused(let refusal):
                    refuse(refusal)
                    return bytes.count
                case .complete(let length):
                    hot.pointee.scanner = HeadScanner()
                    guard let head = parse(UnsafeRawBufferPointer(rebasing: rest[..<length])) else {
                        return bytes.count
                    }
                    if !head.hasBody {
                        settle(length)
                        answer(head, rest.baseAddress!, body: .empty)
                        used += length
                    } else if server.handler.wantsBodyStream(request(head, rest.baseAddress!, body: .empty)) {
                        settle(length)
                        beginStream(head, rest.baseAddress!, arrived: rest.count - length)
                        used += length
                    } else if !beginBody(head, rest.baseAddress!, headLength: length, arrived: rest.count - length) {
                        return bytes.count
                    }
                }
            case .body:
                let length = headLength + bodyLength
                guard rest.count >= length else { return used }
                settle(length)
                // Parsed once more rather than kept: only requests with a body pay, a fifth of a microsecond.
                guard let head = parse(UnsafeRawBufferPointer(rebasing: rest[..<headLength])) else {
                    return bytes.count
                }
                answer(head, rest.baseAddress!, body: UnsafeRawBufferPointer(rebasing: rest[headLength..<length]))
                used += length
            case .stream:
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[used...])
                guard !part.isEmpty, !isBodyPaused else { return used }
                used += stream(part)
            case .chunks, .suspended, .endless:
                return used
            }
        }
        return used
    }

    private func parse(_ head: UnsafeRawBufferPointer) -> RequestHead? {
        do throws(Refusal) {
            let parsed = try server.parser.parse(head)
            if originNumber >= 0 { noteOrigin(request(parsed, head.baseAddress!, body: .empty).value(.origin)) }
            return parsed
        } catch {
            refuse(error)
            return nil
        }
    }

    // MARK: Bodies

    /// Decodes what has arrived, in place behind the head. True once the body is complete.
    private func decodeChunks() -> Bool {
        let start = headLength + bodyLength
        let raw = UnsafeMutableRawBufferPointer(rebasing: hot.pointee.input.bytes[start...])
        do throws(Refusal) {
            let (used, content) = try decoder.decode(raw, limit: Limits.bodyBytes - bodyLength)
            hot.pointee.input.remove(at: start + content, used - content)
            server.bufferedInput -= used - content
            settle(used - content)
            bodyLength += content
        } catch {
            refuse(error)
            return false
        }
        guard decoder.isDone else { return false }
        phase = .body
        return true
    }

    // MARK: Ends

    public override func finishes() { server.sendHeld() }

    public override func drained() {
        if isSuspended { server.handler.drained(self) }
        if !isUnanswered { proceed() }
    }

    public override func deadlineExpired() {
        switch phase {
        case .idle where server.isDraining: endSilent()
        case .idle, .suspended, .endless: finish()
        case .head: refuse(.headTimeout)
        case .body, .chunks: refuse(.bodyTimeout)
        case .stream: failStream(.bodyTimeout)
        }
    }

    public override func closed() {
        consume(bufferedInput)
        let wasUnanswered = isUnanswered || phase == .stream
        phase = .idle
        if wasUnanswered { server.handler.abandoned(self) }
        server.forget(self)
    }
}

extension UnsafeRawBufferPointer {
    static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// Bytes of empty lines before a request, which RFC 9112 tells servers to skip.
    fileprivate var leadingBlankLines: Int {
        var length = 0
        while count >= length + 2, self[length] == 0x0D, self[length + 1] == 0x0A { length += 2 }
        return length
    }
}
