import HTTP
import JSON

/// What answers requests on one loop. It lives on that loop's thread and nowhere else.
public protocol RequestHandler: AnyObject {
    /// Answers `request` by appending a complete response to `output`, or calls `connection.suspend()` and lets the
    /// answer follow through the loop's mailbox. The request is valid during the call only.
    func handle(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)

    /// Appends the fields that every answer carries, each with its CRLF, to an answer made without routing.
    func appendCommonFields(into output: inout ByteWriter)

    /// All output of a suspended connection has been taken by the client: a stream may produce more.
    func drained(_ connection: HTTPConnection)

    /// A suspended connection is gone; nobody will read what is still being made for it.
    func abandoned(_ connection: HTTPConnection)
}

extension RequestHandler {
    public func appendCommonFields(into output: inout ByteWriter) {}
    public func drained(_ connection: HTTPConnection) {}
    public func abandoned(_ connection: HTTPConnection) {}
}
