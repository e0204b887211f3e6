/// Reads RFC 8259 into a tree by recursive descent.
struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0
    /// Deeper than this is no answer of Vitrine's, and recursion has to end somewhere.
    private static let depthLimit = 64

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// One value with nothing behind it.
    mutating func readText() -> JSONValue? {
        guard let value = readValue(depth: 0) else { return nil }
        skipSpace()
        return at == bytes.count ? value : nil
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func take(word: StaticString, as value: JSONValue) -> JSONValue? {
        let end = at + word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[at..<end].elementsEqual(expected) else { return nil }
        at = end
        return value
    }

    private mutating func readValue(depth: Int) -> JSONValue? {
        guard depth < Self.depthLimit else { return nil }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return readObject(depth: depth)
        case UInt8(ascii: "["): return readArray(depth: depth)
        case UInt8(ascii: "\""): return readString().map { .string($0) }
        case UInt8(ascii: "t"): return take(word: "true", as: .bool(true))
        case UInt8(ascii: "f"): return take(word: "false", as: .bool(false))
        case UInt8(ascii: "n"): return take(word: "null", as: .null)
        default: return readNumber()
        }
    }

    private mutating func readObject(depth: Int) -> JSONValue? {
        at += 1
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard let name = readString(), take(UInt8(ascii: ":")), let value = readValue(depth: depth + 1)
            else { return nil }
            members[name] = value
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
    }

    private mutating func readArray(depth: Int) -> JSONValue? {
        at += 1
        var items: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            guard let item = readValue(depth: depth + 1) else { return nil }
            items.append(item)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(items) : nil
    }

    private mutating func readNumber() -> JSONValue? {
        let start = at
        while let byte = next, "+-.eE0123456789".utf8.contains(byte) { at += 1 }
        return Double(String(decoding: bytes[start..<at], as: UTF8.self)).map { .number($0) }
    }

    private mutating func readString() -> String? {
        guard next == UInt8(ascii: "\"") else { return nil }
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard readEscape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func readEscape(into text: inout [UInt8]) -> Bool {
        guard let byte = next else { return false }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = readScalar() else { return false }
            text += Array(String(Character(scalar)).utf8)
        default: return false
        }
        return true
    }

    private mutating func readScalar() -> Unicode.Scalar? {
        guard let first = readUnit() else { return nil }
        guard first >= 0xD800 && first < 0xDC00 else { return Unicode.Scalar(first) }
        guard next == UInt8(ascii: "\\") else { return nil }
        at += 1
        guard next == UInt8(ascii: "u") else { return nil }
        at += 1
        guard let second = readUnit(), second >= 0xDC00 && second < 0xE000 else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func readUnit() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        defer { at += 4 }
        return UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    }
}
