/// The bounds of one sort of text, as the contract gives them.
struct TextRule: Sendable {
    private let form: Form
    private let minimum: Int
    private let maximum: Int

    private enum Form: Sendable {
        case id, line, prose, email, url
    }

    static let id = TextRule(form: .id, minimum: 1, maximum: 64)
    /// Names, titles and categories.
    static let title = TextRule(form: .line, minimum: 1, maximum: 200)
    static let sku = TextRule(form: .line, minimum: 1, maximum: 128)
    static let country = TextRule(form: .line, minimum: 1, maximum: 64)
    static let email = TextRule(form: .email, minimum: 3, maximum: 254)
    /// Descriptions and reviews: may be empty and may have lines.
    static let prose = TextRule(form: .prose, minimum: 0, maximum: 10_000)
    /// Why an order was cancelled or refunded: one line, may be empty.
    static let reason = TextRule(form: .line, minimum: 0, maximum: 10_000)
    /// In bytes.
    static let imageUrl = TextRule(form: .url, minimum: 1, maximum: 2_048)

    /// What is wrong with valid UTF-8 under this rule, nil when nothing is.
    func violation(of text: RawSpan) -> String? {
        text.withUnsafeBytes { bytes in
            switch form {
            case .id:
                Self.isId(bytes)
                    ? nil : "Expected 1 to 64 characters of A–Z a–z 0–9 . _ ~ : -, first a letter or digit."
            case .line, .prose: violation(ofText: bytes)
            case .email: violation(ofText: bytes) ?? Self.violation(ofEmail: bytes)
            case .url: violation(ofURL: bytes)
            }
        }
    }

    private static func isId(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard (1...64).contains(bytes.count), bytes[0].isLetterOrDigit else { return false }
        return bytes.allSatisfy { $0.isLetterOrDigit || $0.isIdPunctuation }
    }

    /// Control characters are U+0000–001F, U+007F and U+0080–009F; prose may have U+000A and U+000D.
    private func violation(ofText bytes: UnsafeRawBufferPointer) -> String? {
        var continuationBytes = 0
        var previous: UInt8 = 0
        for (offset, byte) in bytes.enumerated() {
            if byte < 0x20 || byte == 0x7F {
                guard form == .prose, byte == 0x0A || byte == 0x0D else {
                    return Self.controlCharacter(byte, at: offset - continuationBytes)
                }
            } else if byte & 0xC0 == 0x80 {
                // U+0080–009F are 0xC2 and this byte, the character's second.
                if previous == 0xC2, byte < 0xA0 {
                    return Self.controlCharacter(byte, at: offset - 1 - continuationBytes)
                }
                continuationBytes += 1
            }
            previous = byte
        }
        let characters = bytes.count - continuationBytes
        guard characters >= minimum, characters <= maximum else {
            return "Expected \(minimum) to \(maximum) characters, found \(characters)."
        }
        return nil
    }

    /// Characters are counted from 1, as an editor does.
    private static func controlCharacter(_ code: UInt8, at index: Int) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        let padding = String(repeating: "0", count: 4 - digits.count)
        return "There must be no control characters: character \(index + 1) is U+\(padding)\(digits)."
    }

    private static func violation(ofEmail bytes: UnsafeRawBufferPointer) -> String? {
        let at = UInt8(ascii: "@")
        let ats = bytes.count { $0 == at }
        return ats == 1 && bytes.first != at && bytes.last != at ? nil : "Expected one @ with something on each side."
    }

    private func violation(ofURL bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count <= maximum else { return "Expected at most \(maximum) bytes, found \(bytes.count)." }
        if let violation = violation(ofText: bytes) { return violation }
        guard !bytes.contains(UInt8(ascii: " ")) else { return "There must be no spaces." }
        let text = bytes[...]
        guard let rest = text.afterScheme("https://") ?? text.afterScheme("http://") else {
            return "Expected a URL that begins with https:// or http://."
        }
        let authority = rest.prefix { !$0.endsAuthority }
        let host = authority[(authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex)...]
        guard let first = host.first, first != UInt8(ascii: ":") else { return "Expected a URL with a host." }
        return nil
    }
}

extension UInt8 {
    fileprivate var isIdPunctuation: Bool {
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// RFC 3986, section 3.2.
    fileprivate var endsAuthority: Bool {
        self == UInt8(ascii: "/") || self == UInt8(ascii: "?") || self == UInt8(ascii: "#")
    }

    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// What follows `scheme`, in either case.
    fileprivate func afterScheme(_ scheme: StaticString) -> Self? {
        guard count >= scheme.utf8CodeUnitCount else { return nil }
        for (offset, byte) in prefix(scheme.utf8CodeUnitCount).enumerated()
        where byte | 0x20 != scheme.utf8Start[offset] {
            return nil
        }
        return dropFirst(scheme.utf8CodeUnitCount)
    }
}
