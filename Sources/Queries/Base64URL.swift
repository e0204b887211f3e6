import JSON

/// Base64 with the URL-safe alphabet and no padding (RFC 4648, section 5): cursors survive URLs as they are.
enum Base64URL {
    static func append(_ bytes: RawSpan, to output: inout ByteWriter) {
        for start in stride(from: 0, to: bytes.byteCount, by: 3) {
            let count = min(bytes.byteCount - start, 3)
            var bits: UInt32 = 0
            for index in 0..<3 {
                bits =
                    bits << 8
                    | (index < count ? UInt32(bytes.unsafeLoad(fromByteOffset: start + index, as: UInt8.self)) : 0)
            }
            for index in 0...count { output.append(byte: character(bits >> UInt32(18 - 6 * index) & 63)) }
        }
    }

    /// The character of a value below 64.
    private static func character(_ value: UInt32) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") &+ UInt8(value)
        case 26..<52: UInt8(ascii: "a") &+ UInt8(value &- 26)
        case 52..<62: UInt8(ascii: "0") &+ UInt8(value &- 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    /// The value of a character; nil for one outside the alphabet.
    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character &- UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character &- UInt8(ascii: "a")) &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character &- UInt8(ascii: "0")) &+ 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// Nil for what this alphabet cannot have written: other characters, padding, stray bits.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in text {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        return bits & (1 << bitCount - 1) == 0 ? bytes : nil
    }
}
