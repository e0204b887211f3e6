/// A request as its handler sees it: borrowed from the connection's buffer, valid during the call only.
///
/// Nothing is decoded or copied. A handler that answers later copies what it needs first.
public struct Request: ~Copyable {
    public let head: RequestHead
    private let base: UnsafeRawPointer
    private let fields: UnsafePointer<Field>
    private let slots: UnsafePointer<UInt8>
    private let content: UnsafeRawBufferPointer

    init(
        head: RequestHead, base: UnsafeRawPointer, fields: UnsafePointer<Field>, slots: UnsafePointer<UInt8>,
        body: UnsafeRawBufferPointer
    ) {
        (self.head, self.base, self.fields, self.slots, content) = (head, base, fields, slots, body)
    }

    public var method: Method { head.method }
    /// HEAD is answered like GET, without the body.
    public var isHead: Bool { head.method == .head }

    /// The target as it was sent.
    public var target: RawSpan { @_lifetime(borrow self) get { span(head.target) } }
    /// The target's path, still percent-encoded. Empty only for an absolute URL without one, which means `/`.
    public var path: RawSpan { @_lifetime(borrow self) get { span(head.path) } }
    /// What follows the `?`, still percent-encoded; empty without one.
    public var query: RawSpan { @_lifetime(borrow self) get { span(head.query) } }

    /// The body, complete and without its chunks.
    public var body: RawSpan {
        @_lifetime(borrow self) get {
            // Safe: the connection keeps the body in place while the request is borrowed.
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: content), borrowing: self)
        }
    }

    public func has(_ header: Header) -> Bool { head.has(header) }
    /// Whether the field came on more than one line.
    public func isRepeated(_ header: Header) -> Bool { head.isRepeated(header) }

    /// The field's value without surrounding blanks, the first if it is repeated; nil without it.
    @_lifetime(borrow self)
    public func value(_ header: Header) -> RawSpan? {
        guard head.has(header) else { return nil }
        return span(fields[Int(slots[Int(header.rawValue)])].value)
    }

    /// Calls `body` with each of the field's lines, for fields that are lists.
    public func forEachValue(_ header: Header, _ body: (RawSpan) -> Void) {
        for index in 0..<head.fieldCount where fields[index].header == header { body(span(fields[index].value)) }
    }

    /// The values of all lines of a field that is a list, as one; nil without it.
    public func list(_ header: Header) -> [UInt8]? {
        guard head.has(header) else { return nil }
        var joined: [UInt8] = []
        forEachValue(header) { line in
            if !joined.isEmpty { joined += [UInt8(ascii: ","), 0x20] }
            line.withUnsafeBytes { joined += $0 }
        }
        return joined
    }

    @_lifetime(borrow self)
    private func span(_ range: ByteRange) -> RawSpan {
        // Safe: the parser found the range within the head, which the connection keeps while the request is borrowed.
        let bytes = UnsafeRawBufferPointer(start: base + Int(range.offset), count: Int(range.length))
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
}
