/// The marketplace's one currency: an ISO 4217 code of three capital letters, fixed when the data directory is made.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    public let code: [UInt8]

    /// Nil for what is not three capital letters.
    public init?(_ code: [UInt8]) {
        guard code.count == 3, code.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            return nil
        }
        self.code = code
    }

    public static let gbp = Currency(Array("GBP".utf8))!

    public var description: String { String(decoding: code, as: UTF8.self) }
}
