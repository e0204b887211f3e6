extension ByteWriter {
    /// A decimal number without leading zeros.
    public mutating func append(decimal value: Int64) {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    public mutating func append(decimal value: Int) { append(decimal: Int64(value)) }

    public mutating func append(decimal value: UInt64) { append(decimal: value, width: 1) }

    /// A decimal number, padded with zeros to at least `width` digits (20 at most).
    public mutating func append(decimal value: UInt64, width: Int) {
        reserve(20)
        var rest = value
        var length = max(width, 1)
        var bound: UInt64 = 1
        var digits = 1
        while digits < 20, rest / bound >= 10 { (bound, digits) = (bound &* 10, digits &+ 1) }
        length = max(length, digits)
        for index in stride(from: length - 1, through: 0, by: -1) {
            base.storeBytes(of: UInt8(ascii: "0") &+ UInt8(rest % 10), toByteOffset: count + index, as: UInt8.self)
            rest /= 10
        }
        advance(length)
    }

    /// Sixteen lower-case hexadecimal digits.
    public mutating func append(hex value: UInt64) {
        reserve(16)
        for index in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
            base.storeBytes(
                of: nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10,
                toByteOffset: count + index, as: UInt8.self)
        }
        advance(16)
    }

    /// A JSON string with its quotes. `utf8` must be valid UTF-8, as everything that was decoded is.
    public mutating func append(jsonString utf8: [UInt8]) {
        utf8.withUnsafeBytes { append(jsonString: $0) }
    }

    public mutating func append(jsonString utf8: RawSpan) {
        utf8.withUnsafeBytes { append(jsonString: $0) }
    }

    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
    }

    public mutating func append(jsonString utf8: UnsafeRawBufferPointer) {
        reserve(utf8.count + 2)
        append(byte: UInt8(ascii: "\""))
        var plainStart = 0
        for index in 0..<utf8.count {
            let byte = utf8[index]
            if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { continue }
            append(UnsafeRawBufferPointer(rebasing: utf8[plainStart..<index]))
            plainStart = index + 1
            append(escapeOf: byte)
        }
        append(UnsafeRawBufferPointer(rebasing: utf8[plainStart...]))
        append(byte: UInt8(ascii: "\""))
    }

    private mutating func append(escapeOf byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            append(byte: UInt8(ascii: "0") + (byte >> 4))
            append(byte: (byte & 15) < 10 ? UInt8(ascii: "0") + (byte & 15) : UInt8(ascii: "a") + (byte & 15) - 10)
        }
    }
}
