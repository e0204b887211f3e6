/// UTF-8 text compared byte by byte.
///
/// `String` compares by canonical equivalence, which would make two spellings of one sku equal here and different in
/// LMDB. Ids, names and titles are bytes in, bytes out; valid UTF-8 is checked once, when a command is decoded.
public struct Text: Hashable, Sendable {
    public let utf8: [UInt8]

    @inlinable public init(utf8: [UInt8]) { self.utf8 = utf8 }

    @inlinable public init(_ bytes: RawSpan) { utf8 = bytes.withUnsafeBytes { [UInt8]($0) } }

    public var isEmpty: Bool { utf8.isEmpty }

    /// Unicode scalars, which is what the contract's bounds count.
    public var characterCount: Int { utf8.count { $0 & 0xC0 != 0x80 } }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral literal: StaticString) {
        utf8 = literal.withUTF8Buffer { [UInt8]($0) }
    }

    public init(_ string: String) { utf8 = Array(string.utf8) }

    public var description: String { String(decoding: utf8, as: UTF8.self) }
}
