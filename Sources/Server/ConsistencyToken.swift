import EventLog
import JSON

/// How fresh an answer is: `<16 hexadecimal digits of the log's identity>-<16 of the position>`.
struct ConsistencyToken: Equatable {
    let identity: UInt64
    let position: UInt64

    init(identity: UInt64, position: UInt64) { (self.identity, self.position) = (identity, position) }

    /// Nil for what is no token of any log.
    init?(_ text: RawSpan) {
        guard text.byteCount == 33, text.unsafeLoad(fromByteOffset: 16, as: UInt8.self) == UInt8(ascii: "-"),
            let identity = ConsistencyToken.hexadecimal(text.extracting(0..<16)),
            let position = ConsistencyToken.hexadecimal(text.extracting(17..<33))
        else { return nil }
        self.init(identity: identity, position: position)
    }

    private static func hexadecimal(_ digits: RawSpan) -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<digits.byteCount {
            let digit = digits.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}

extension ByteWriter {
    mutating func append(_ token: ConsistencyToken) {
        append(hex: token.identity)
        append("-")
        append(hex: token.position)
    }
}
