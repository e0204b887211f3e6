import CCollation
import Glibc
import JSON

/// The order of titles: ICU's root collation, by the whole sort key of a title.
enum TitleOrder {
    /// Every usual title's key fits; the longest of 200 characters has some 8,500 bytes (U+FDFA is 18 letters).
    private static let keyBytesUsual = 448

    // Safe: opened once, never closed, and ICU lets several threads use one collator that nobody changes.
    private nonisolated(unsafe) static let collator: UnsafeMutableRawPointer = {
        guard let collator = vitrine_collator_open() else { preconditionFailure("ICU has no root collation") }
        return collator
    }()

    /// Part of the views' definition: keys of two versions do not compare.
    static var version: UInt32 { vitrine_collator_version(collator) }

    /// The sort key of a title, whole. It has no zero byte.
    static func key(of title: [UInt8]) -> [UInt8] {
        var capacity = keyBytesUsual
        while true {
            let key = part(of: title, bytesMax: capacity)
            if key.count < capacity { return key }
            capacity *= 4
        }
    }

    private static func part(of title: [UInt8], bytesMax: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytesMax) { key, count in
            let written = title.withUnsafeBytes {
                vitrine_collator_key(
                    collator, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), key.baseAddress,
                    Int32(bytesMax))
            }
            precondition(written >= 0, "ICU gave no sort key")
            count = Int(written)
            // The end of a key is marked by a zero, which the list key has of its own.
            while count > 0, key[count - 1] == 0 { count -= 1 }
        }
    }

    /// The sort key of a title that stands as a JSON string in a card.
    static func key(ofJSON json: [UInt8]) -> [UInt8] { key(of: JSONText.decode(json)) }

    /// Below 0 where the first key comes first, 0 where both are one.
    static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let order = left.withUnsafeBytes { left in
            right.withUnsafeBytes { right -> Int32 in
                let shared = min(left.count, right.count)
                return shared == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, shared)
            }
        }
        return order != 0 ? Int(order) : left.count - right.count
    }

    /// The first eight bytes of a key as a number of the same order.
    static func rank(_ key: [UInt8]) -> UInt64 { ByteRank.of(key) }

    /// The eight bytes behind those, in the same way.
    static func nextRank(_ key: [UInt8]) -> UInt64 { ByteRank.of(key, from: 8) }
}

/// Reads back the JSON strings that `ByteWriter.append(jsonString:)` writes.
enum JSONText {
    static func decode(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(UInt8(ascii: "\\")) else { return Array(json.dropFirst().dropLast()) }
        var text: [UInt8] = []
        var index = 1
        while index < json.count - 1 {
            guard json[index] == UInt8(ascii: "\\") else {
                text.append(json[index])
                index += 1
                continue
            }
            switch json[index + 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"):
                let digits = json[(index + 2)..<(index + 6)]
                text.append(UInt8(truncatingIfNeeded: Int(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0))
                index += 4
            default: text.append(json[index + 1])
            }
            index += 2
        }
        return text
    }
}
