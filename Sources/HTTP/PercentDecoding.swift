import JSON

/// Why a path or a query cannot be decoded.
public enum PercentError: Error, Equatable, Sendable {
    /// A `%` without two hexadecimal digits.
    case badEscape
    /// What the escapes stand for is not UTF-8.
    case notUTF8
}

/// Strict percent-decoding: every escape must be whole, and the result valid UTF-8.
public enum PercentDecoding {
    /// Appends what `encoded` stands for. On an error nothing is appended.
    ///
    /// `plusIsSpace` is right for queries, wrong for paths.
    public static func decode(
        _ encoded: RawSpan, plusIsSpace: Bool = false, into output: inout ByteWriter
    ) throws(PercentError) {
        let start = output.count
        do throws(PercentError) {
            let text = encoded.bytes
            var index = 0
            while index < text.count {
                let byte = text[index]
                index += 1
                if byte == UInt8(ascii: "%") {
                    guard index + 1 < text.count, let high = text[index].hexDigit, let low = text[index + 1].hexDigit
                    else {
                        throw .badEscape
                    }
                    output.append(byte: high << 4 | low)
                    index += 2
                } else {
                    output.append(byte: plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
                }
            }
            guard isUTF8(output.bytes.extracting(start..<output.count)) else { throw .notUTF8 }
        } catch {
            output.truncate(to: start)
            throw error
        }
    }

    /// Appends `path` with those escapes replaced that stand for unreserved characters, which mean the same either way
    /// (RFC 3986, 6.2.2.2). All others stay, as `%2F` is not a slash between segments. Checks the path as `decode` does.
    public static func normalize(path: RawSpan, into output: inout ByteWriter) throws(PercentError) {
        var decoded = ByteWriter(capacity: path.byteCount)
        try decode(path, into: &decoded)
        let text = path.bytes
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%") {
                let byte = text[index + 1].hexDigit! << 4 | text[index + 2].hexDigit!
                if byte.isUnreserved {
                    output.append(byte: byte)
                } else {
                    output.append(path.extracting(index..<index + 3))
                }
                index += 3
            } else {
                output.append(byte: text[index])
                index += 1
            }
        }
    }

    /// Whether `encoded` stands for anything but itself.
    static func isNeeded(_ encoded: RawSpan, plusIsSpace: Bool) -> Bool {
        let text = encoded.bytes
        for index in 0..<text.count {
            let byte = text[index]
            // A byte above ASCII may be half a character: it is looked at, too.
            if byte == UInt8(ascii: "%") || byte >= 0x80 || plusIsSpace && byte == UInt8(ascii: "+") { return true }
        }
        return false
    }

    private static func isUTF8(_ bytes: RawSpan) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes.bytes)
            return true
        } catch {
            return false
        }
    }
}

extension RawSpan {
    /// The same bytes, typed.
    fileprivate var bytes: Span<UInt8> { @_lifetime(copy self) get { Span(_bytes: self) } }
}

extension UInt8 {
    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// RFC 3986 `unreserved`.
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
