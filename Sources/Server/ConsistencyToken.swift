import EventLog
import JSON

/// Makes and judges the tokens of one log. What it knows is fixed while the process runs: its positions of before, and the
/// epoch of all that come.
struct TokenIssuer: Sendable {
    private let epochs: Epochs

    init(_ epochs: Epochs) { self.epochs = epochs }

    func token(_ position: UInt64) -> ConsistencyToken {
        ConsistencyToken(epoch: epochs.epoch(of: position), position: position)
    }

    /// Whether the log has, or will have, the token's position in the token's epoch.
    func isOwn(_ token: ConsistencyToken) -> Bool { self.token(token.position) == token }
}

/// How fresh an answer is: `<16 hexadecimal digits of an epoch>-<16 of the position>`.
///
/// The epoch is that of the event at the position, so a token names one event for ever: a log that was put back to an older
/// copy and written on has another epoch there.
struct ConsistencyToken: Equatable {
    let epoch: UInt64
    let position: UInt64

    init(epoch: UInt64, position: UInt64) { (self.epoch, self.position) = (epoch, position) }

    /// Nil for what is no token of any log.
    init?(_ text: RawSpan) {
        guard text.byteCount == 33, text.unsafeLoad(fromByteOffset: 16, as: UInt8.self) == UInt8(ascii: "-"),
            let epoch = ConsistencyToken.hexadecimal(text.extracting(0..<16)),
            let position = ConsistencyToken.hexadecimal(text.extracting(17..<33))
        else { return nil }
        self.init(epoch: epoch, position: position)
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
        append(hex: token.epoch)
        append("-")
        append(hex: token.position)
    }
}
