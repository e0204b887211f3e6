/// Which log a position belongs to: a random UUID, made with the log and anew when the loss of events was accepted.
public struct LogIdentity: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// A UUID of version 4 (RFC 9562) from the system's random numbers.
    public static func random() -> LogIdentity {
        LogIdentity(
            high: .random(in: 0 ... .max) & ~0xF000 | 0x4000,
            low: .random(in: 0 ... .max) & ~(0b11 << 62) | (0b10 << 62))
    }

    /// Another identity of the same log, which keeps the low half: what was made under it belongs to this log, and not to a
    /// stranger's.
    public func renewed() -> LogIdentity { LogIdentity(high: LogIdentity.random().high, low: low) }

    /// Reads what `uuidString` wrote.
    init?(uuidString: String) {
        let digits = uuidString.filter { $0 != "-" }
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// For example `6f1c2a0e-52b7-4c3d-9a51-0e7f6d2b8c11`.
    public var uuidString: String {
        let digits = Array(String(decoding: hexadecimal(high) + hexadecimal(low), as: UTF8.self))
        let ends = [8, 12, 16, 20, 32]
        return zip([0] + ends, ends).map { String(digits[$0..<$1]) }.joined(separator: "-")
    }
}

/// Sixteen lower-case digits.
func hexadecimal(_ value: UInt64) -> [UInt8] {
    let digits = Array(String(value, radix: 16).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: 16 - digits.count) + digits
}
