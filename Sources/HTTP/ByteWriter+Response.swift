import JSON

/// Whether a connection lives on after an answer, and what the client must be told about it.
public enum Persistence: Sendable {
    /// HTTP/1.1's default: nothing is said.
    case implied
    /// HTTP/1.0 with `Connection: keep-alive`: said back.
    case stated
    case closing
}

/// Response heads are written field by field, straight into the loop's output.
extension ByteWriter {
    /// The status line, `Date` and, where needed, `Connection`.
    public mutating func beginHead(_ status: Status, _ date: borrowing DateHeader, _ persistence: Persistence) {
        date.write(status, into: &self)
        switch persistence {
        case .implied: break
        case .stated: append("Connection: keep-alive\r\n")
        case .closing: append("Connection: close\r\n")
        }
    }

    /// A field whose value is known at compile time, or at start.
    @inlinable
    public mutating func field(_ name: StaticString, _ value: StaticString) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: RawSpan) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    public mutating func field(_ name: StaticString, decimal: Int) {
        append(name)
        append(": ")
        append(decimal: decimal)
        append("\r\n")
    }

    /// The blank line of an answer whose length is not known, and what tells its end: chunks, or for a client that knows
    /// none (HTTP/1.0) the end of the connection.
    public mutating func endHead(isChunked: Bool) {
        if isChunked { append("Transfer-Encoding: chunked\r\n") }
        append("\r\n")
    }

    /// What stands before a chunk of `count` bytes; behind them comes a CRLF.
    public mutating func append(chunkHeadOf count: Int) {
        precondition(count > 0, "an empty chunk ends the body")
        var shift = (Int.bitWidth - 1 - count.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: count >> shift) & 15
            append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
        append("\r\n")
    }

    /// A part of a body of unknown length.
    public mutating func append(part bytes: RawSpan, isChunked: Bool) {
        guard bytes.byteCount > 0 else { return }
        if isChunked { append(chunkHeadOf: bytes.byteCount) }
        append(bytes)
        if isChunked { append("\r\n") }
    }

    /// The end of a body of unknown length.
    public mutating func endBody(isChunked: Bool) { if isChunked { append("0\r\n\r\n") } }

    /// `Content-Length` and the blank line; the body comes next, unless the request was HEAD.
    public mutating func endHead(contentLength: Int) {
        append("Content-Length: ")
        append(decimal: contentLength)
        append("\r\n\r\n")
    }

    /// The blank line of an answer that never has a body (204, 304) or is sent in chunks.
    @inlinable
    public mutating func endHead() { append("\r\n") }
}
