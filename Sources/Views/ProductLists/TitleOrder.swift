import CCollation
import JSON

/// The order of titles: ICU's root collation, by the first 200 bytes of a title's sort key.
enum TitleOrder {
    static let keyBytesMax = 200

    // Safe: opened once, never closed, and ICU lets several threads use one collator that nobody changes.
    private nonisolated(unsafe) static let collator: UnsafeMutableRawPointer = {
        guard let collator = vitrine_collator_open() else { preconditionFailure("ICU has no root collation") }
        return collator
    }()

    /// Part of the views' definition: keys of two versions do not compare.
    static var version: UInt32 { vitrine_collator_version(collator) }

    /// The sort key of a title. It has no zero byte.
    static func key(of title: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: keyBytesMax) { key, count in
            let written = title.withUnsafeBytes {
                vitrine_collator_key(
                    collator, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), key.baseAddress,
                    Int32(keyBytesMax))
            }
            precondition(written >= 0, "ICU gave no sort key")
            count = Int(written)
            // The end of a key is marked by a zero, which the list key has of its own.
            while count > 0, key[count - 1] == 0 { count -= 1 }
        }
    }

    /// The sort key of a title that stands as a JSON string in a card.
    static func key(ofJSON json: [UInt8]) -> [UInt8] { key(of: JSONText.decode(json)) }

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
