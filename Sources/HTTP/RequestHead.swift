/// What a parsed head says, as plain numbers: offsets count from the head's first byte.
public struct RequestHead: Sendable {
    public internal(set) var method = Method.get
    /// True for HTTP/1.0.
    public internal(set) var isVersion10 = false
    /// Whether the client lets the connection live on after the answer.
    public internal(set) var keepAlive = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    public internal(set) var expectsContinue = false
    public internal(set) var isChunked = false
    /// Zero without one; `Int.max` stands for every number too large to count.
    public internal(set) var contentLength = 0
    var target = ByteRange()
    var path = ByteRange()
    var query = ByteRange()
    /// The blanks between the value of Content-Length or Transfer-Encoding and the end of its line, if there are any.
    var framingBlanks = ByteRange()
    var fieldCount = 0
    /// Bit sets by `Header.rawValue`.
    var present: UInt32 = 0
    var repeated: UInt32 = 0

    /// Whether a body follows.
    public var hasBody: Bool { isChunked || contentLength > 0 }

    func has(_ header: Header) -> Bool { present & (1 << UInt32(header.rawValue)) != 0 }
}

/// A run of bytes within a head.
struct ByteRange: Sendable {
    var offset: UInt32 = 0
    var length: UInt32 = 0

    init() {}
    init(_ start: Int, _ end: Int) { (offset, length) = (UInt32(start), UInt32(end - start)) }
}

/// A known field's place in the head.
struct Field: Sendable {
    var header: Header
    var value: ByteRange
}
