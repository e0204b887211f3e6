import CSimdJSON

/// Parses JSON texts one after the other into memory that it keeps: one a thread.
///
/// The whole text is validated before the first value is read. A `JSONValue` borrows the parser, so the compiler refuses
/// to parse the next text while the last one is still read. Its memory grows to about sixteen times the longest text.
public struct JSONParser: ~Copyable {
    private let parser: OpaquePointer
    /// Where a text with oversized numbers is rewritten.
    private var scratch: [UInt8] = []

    /// Levels of arrays and objects: far above any command, far below any stack.
    public static let depthLimit = 64

    public init() {
        guard let parser = sj_parser_create(Self.depthLimit) else { fatalError("JSONParser: out of memory") }
        self.parser = parser
    }

    deinit { sj_parser_destroy(parser) }

    /// Parses one JSON text (RFC 8259) with nothing but white space around it.
    @_lifetime(&self)
    public mutating func parse(_ text: RawSpan) throws(JSONError) -> JSONValue {
        var root = sj_element()
        var status = text.withUnsafeBytes { run(parser, bytes: $0, root: &root) }
        if status == SJ_BAD_NUMBER {
            status = parseWithNumbersClamped(text, root: &root)
        }
        switch status {
        case SJ_OK: break
        case SJ_EMPTY: throw .empty
        case SJ_NOT_UTF8: throw .notUTF8
        case SJ_TOO_DEEP: throw .tooDeep
        case SJ_OUT_OF_MEMORY: fatalError("JSONParser: out of memory")
        default: throw .malformed
        }
        return _overrideLifetime(JSONValue(root), mutating: &self)
    }

    /// simdjson refuses a text for a number that no 64-bit type holds, though it is valid JSON. Such numbers are replaced
    /// by the nearest that fits, which every bound refuses just as well.
    private mutating func parseWithNumbersClamped(_ text: RawSpan, root: inout sj_element) -> sj_status {
        scratch = text.withUnsafeBytes { [UInt8]($0) }
        NumberClamp.apply(to: &scratch)
        let status = scratch.withUnsafeBytes { run(parser, bytes: $0, root: &root) }
        scratch = []
        return status
    }
}

private func run(_ parser: OpaquePointer, bytes: UnsafeRawBufferPointer, root: inout sj_element) -> sj_status {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return SJ_EMPTY }
    return sj_parse(parser, start.assumingMemoryBound(to: UInt8.self), bytes.count, &root)
}
