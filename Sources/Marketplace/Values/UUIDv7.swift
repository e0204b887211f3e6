import JSON

/// Ids made for whoever chose none: RFC 9562, version 7, which sort by the time they were made.
public enum UUIDv7 {
    /// The 36 characters of the id made from a time and 74 of these random bits.
    public static func make(milliseconds: Int64, random: (UInt64, UInt64)) -> Text {
        let time = UInt64(bitPattern: milliseconds) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | 0x7000 | random.0 & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.1 >> 2
        var digits = [UInt8]()
        digits.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { digits.append(UInt8(ascii: "-")) }
            let nibble = UInt8(truncatingIfNeeded: (index < 16 ? high : low) >> UInt64(60 - index % 16 * 4)) & 15
            digits.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
        return Text(utf8: digits)
    }
}
