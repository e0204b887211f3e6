/// Recognises the field names that an answer is judged by, in any case, also when a read ends in the middle of one.
struct HeaderNameMatch {
    enum Name {
        case entityTag, contentType, consistencyToken
    }

    private static let longest = 17

    private var letters = InlineArray<17, UInt8>(repeating: 0)
    private var count = 0

    mutating func begin() { count = 0 }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard count + bytes.count <= Self.longest, count > 0 || bytes.first.map(Self.mayBegin) ?? true else {
            count = Self.longest + 1
            return
        }
        for byte in bytes {
            // Lower case for letters; a hyphen stays one.
            letters[count] = byte | 0x20
            count += 1
        }
    }

    /// Spares most names the comparing.
    private static func mayBegin(_ byte: UInt8) -> Bool {
        byte | 0x20 == UInt8(ascii: "c") || byte | 0x20 == UInt8(ascii: "e")
    }

    var name: Name? {
        switch count {
        case 4: equals("etag") ? .entityTag : nil
        case 12: equals("content-type") ? .contentType : nil
        case 17: equals("consistency-token") ? .consistencyToken : nil
        default: nil
        }
    }

    private func equals(_ name: StaticString) -> Bool {
        let start = name.utf8Start
        for index in 0..<count where letters[index] != start[index] { return false }
        return true
    }
}
