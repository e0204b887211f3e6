/// The events in a record's body, one frame each, borrowed from it.
///
/// | offset | bytes | field (little endian) |
/// |---|---|---|
/// | 0 | 4 | length of the frame's JSON |
/// | 4 | 4 | public length: so many bytes of it and a `}` are the CloudEvent that anybody may see |
/// | 8 | … | JSON, one object; its members behind the public ones are private, such as the command key |
///
/// An event without private members has a public length of its length less 1.
public struct EventFrames: ~Escapable {
    /// Bytes before the JSON of a frame.
    public static let headerSize = 8

    private let body: RawSpan
    private var next = 0
    private var start = 0
    private var length = 0
    private var publicLength = 0

    @_lifetime(copy body)
    public init(_ body: RawSpan) { self.body = body }

    /// Moves to the next frame; false behind the last. The body passed its checksum, so frames that do not fit it are a
    /// fault of the program that wrote them, and `LogWriter` takes none.
    @_lifetime(self: copy self)
    public mutating func advance() -> Bool {
        guard next < body.byteCount else { return false }
        precondition(body.byteCount - next >= EventFrames.headerSize, "a frame without its header")
        length = Int(UInt32(littleEndian: body.unsafeLoadUnaligned(fromByteOffset: next, as: UInt32.self)))
        publicLength = Int(UInt32(littleEndian: body.unsafeLoadUnaligned(fromByteOffset: next + 4, as: UInt32.self)))
        start = next + EventFrames.headerSize
        precondition(length <= body.byteCount - start && publicLength < max(length, 1), "a frame that does not fit")
        next = start + length
        return true
    }

    /// The current event's public bytes, without the `}` that makes them an object.
    public var publicBytes: RawSpan {
        @_lifetime(copy self) get { body.extracting(start..<start + publicLength) }
    }

    /// The current event's JSON with its private members.
    public var allBytes: RawSpan {
        @_lifetime(copy self) get { body.extracting(start..<start + length) }
    }

    /// The eight bytes before a frame's JSON, as a number to store little endian.
    @inlinable
    public static func header(length: Int, publicLength: Int) -> UInt64 {
        precondition(publicLength < length && length <= Int(UInt32.max), "the public part ends before the frame does")
        return UInt64(length) | UInt64(publicLength) << 32
    }

    /// Appends one frame to `body`.
    public static func append(_ json: [UInt8], publicLength: Int, to body: inout [UInt8]) {
        let header = header(length: json.count, publicLength: publicLength)
        withUnsafeBytes(of: header.littleEndian) { body.append(contentsOf: $0) }
        body += json
    }

    /// Whether `body` is `count` whole frames.
    static func isWellFormed(_ body: RawSpan, count: Int) -> Bool {
        var (offset, frames) = (0, 0)
        while offset < body.byteCount {
            guard body.byteCount - offset >= headerSize else { return false }
            let length = Int(UInt32(littleEndian: body.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            let publicLength = UInt32(
                littleEndian: body.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            guard Int(publicLength) < length, length <= body.byteCount - offset - headerSize else { return false }
            offset += headerSize + length
            frames += 1
        }
        return frames == count
    }
}
