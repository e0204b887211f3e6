import JSON

/// Minor units of the marketplace's one currency.
public typealias Amount = Int64

/// An ISO 4217 code: the one currency of a data directory.
public struct Currency: Hashable, Sendable {
    /// Three upper-case letters.
    fileprivate let letters: (UInt8, UInt8, UInt8)

    /// Nil for what is not three upper-case letters.
    public init?(_ code: RawSpan) {
        guard code.byteCount == 3 else { return nil }
        let letters = code.withUnsafeBytes { ($0[0], $0[1], $0[2]) }
        let alphabet = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard alphabet.contains(letters.0), alphabet.contains(letters.1), alphabet.contains(letters.2) else {
            return nil
        }
        self.letters = letters
    }

    public init?(_ code: String) {
        let bytes = Array(code.utf8)
        self.init(bytes.span.bytes)
    }

    public static func == (left: Currency, right: Currency) -> Bool { left.letters == right.letters }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(letters.0)
        hasher.combine(letters.1)
        hasher.combine(letters.2)
    }
}

extension Currency: CustomStringConvertible {
    public var description: String { String(decoding: [letters.0, letters.1, letters.2], as: UTF8.self) }
}

extension ByteWriter {
    /// The three letters, without quotes.
    public mutating func append(_ currency: Currency) {
        let code = currency.letters
        append(byte: code.0)
        append(byte: code.1)
        append(byte: code.2)
    }

    /// `{"amount":1999,"currency":"GBP"}`
    public mutating func append(money amount: Amount, _ currency: Currency) {
        append("{\"amount\":")
        append(decimal: amount)
        append(",\"currency\":\"")
        append(currency)
        append("\"}")
    }
}
