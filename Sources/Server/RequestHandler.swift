import HTTP
import JSON

/// What answers requests on one loop. It lives on that loop's thread and nowhere else.
public protocol RequestHandler: AnyObject {
    /// Answers `request` by appending a complete response to `output`, or calls `connection.suspend()` and lets the
    /// answer follow through the loop's mailbox. The request is valid during the call only.
    func handle(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)

    /// Whether `request`, whose client waits to be asked for the body, is answered without it. If so, the complete answer has been
    /// appended to `output`, and the connection closes.
    func refusesHead(
        _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) -> Bool

    /// Whether the body of `request`, which has one, is to be handed over as it arrives, without the bound on whole bodies.
    ///
    /// If so, `handle` is called as soon as the head is complete, with an empty body, and suspends the connection; an
    /// answer given there refuses the rest of the body, and the connection closes.
    func wantsBodyStream(_ request: borrowing Request) -> Bool

    /// The next part of a streamed body, valid during the call only. `connection.pauseBody()` holds back the parts behind it.
    func receive(_ part: UnsafeRawBufferPointer, on connection: HTTPConnection, into output: inout ByteWriter)

    /// A streamed body is complete; the answer is, too, with `connection.complete`.
    func bodyEnded(on connection: HTTPConnection, into output: inout ByteWriter)

    /// The rest of a streamed body is malformed, as `refusal` says, or will not come because the client has ended. True when the
    /// handler has something to say before the connection ends: it then calls `connection.endFailedBody`.
    func bodyFailed(_ refusal: Refusal?, on connection: HTTPConnection) -> Bool

    /// Appends the fields that every answer carries, each with its CRLF, to an answer made without routing.
    func appendCommonFields(into output: inout ByteWriter)

    /// All output of a suspended connection has been taken by the client: a stream may produce more.
    func drained(_ connection: HTTPConnection)

    /// The client of an endless answer sends no more, which for such an answer means that it is gone: the handler ends it.
    func clientEnded(_ connection: HTTPConnection)

    /// The server ends, and no request will come any more: what would go on without end is ended once it is complete.
    func drain()

    /// A suspended connection is gone; nobody will read what is still being made for it.
    func abandoned(_ connection: HTTPConnection)
}

extension RequestHandler {
    public func refusesHead(
        _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) -> Bool { false }
    public func wantsBodyStream(_ request: borrowing Request) -> Bool { false }
    public func receive(_ part: UnsafeRawBufferPointer, on connection: HTTPConnection, into output: inout ByteWriter) {}
    public func bodyEnded(on connection: HTTPConnection, into output: inout ByteWriter) {}
    public func bodyFailed(_ refusal: Refusal?, on connection: HTTPConnection) -> Bool { false }
    public func appendCommonFields(into output: inout ByteWriter) {}
    public func drained(_ connection: HTTPConnection) {}
    public func clientEnded(_ connection: HTTPConnection) { connection.close() }
    public func drain() {}
    public func abandoned(_ connection: HTTPConnection) {}
}
