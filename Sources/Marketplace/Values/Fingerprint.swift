import CXXHash
import JSON

/// A 128-bit hash (XXH3) that stands for bytes which are only ever compared, so that nobody need keep them.
///
/// It guards against chance, not against an attacker who makes two texts collide: that would only spoil his own data.
public struct Fingerprint: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    public init(of bytes: RawSpan) {
        let hash = bytes.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        self.init(high: hash.high64, low: hash.low64)
    }

    public init(of text: Text) { self.init(of: text.utf8.span.bytes) }

    /// The number that `append(_:)` wrote as 32 hexadecimal digits.
    public init?(hexadecimal text: RawSpan) {
        guard text.byteCount == 32, let high = text.hexadecimal(at: 0), let low = text.hexadecimal(at: 16) else {
            return nil
        }
        self.init(high: high, low: low)
    }
}

extension RawSpan {
    /// The value of sixteen lower-case hexadecimal digits.
    fileprivate func hexadecimal(at offset: Int) -> UInt64? {
        withUnsafeBytes { bytes in
            var value: UInt64 = 0
            for byte in bytes[offset..<offset + 16] {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            return value
        }
    }
}

extension ByteWriter {
    /// 32 lower-case hexadecimal digits.
    public mutating func append(_ fingerprint: Fingerprint) {
        append(hex: fingerprint.high)
        append(hex: fingerprint.low)
    }
}
