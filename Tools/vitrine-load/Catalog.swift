/// What there is to browse, learned from the server itself. Everything is percent-encoded once, here.
struct Catalog: Sendable {
    /// The most frequent first: Zipf's law is drawn over this order.
    private(set) var categories: [[UInt8]] = []
    private(set) var sellers: [[UInt8]] = []
    /// The newest first.
    private(set) var products: [[UInt8]] = []
    private(set) var customers: [[UInt8]] = []
    /// The same as they are, for the bodies of commands and answers.
    private(set) var categoryNames: [[UInt8]] = []
    private(set) var sellerIds: [[UInt8]] = []
    private(set) var productIds: [[UInt8]] = []
    private(set) var customerIds: [[UInt8]] = []

    /// Cards of `/v1/products` and of `/v1/orders`.
    init(products productCards: [JSONValue], orders orderCards: [JSONValue]) {
        let ids = productCards.compactMap { $0["productId"]?.string }
        products = ids.map(percentEncoded)
        productIds = ids.map { Array($0.utf8) }
        let names = Self.byFrequency(productCards.compactMap { $0["category"]?.string })
        categories = names.map(percentEncoded)
        categoryNames = names.map { Array($0.utf8) }
        let owners = Self.byFrequency(productCards.compactMap { $0["seller"]?["userId"]?.string })
        sellers = owners.map(percentEncoded)
        sellerIds = owners.map { Array($0.utf8) }
        let buyers = Self.byFrequency(orderCards.compactMap { $0["customer"]?["userId"]?.string })
        customers = buyers.map(percentEncoded)
        customerIds = buyers.map { Array($0.utf8) }
    }

    /// Distinct names, the most frequent first, ties in the order of their bytes so that a seed makes the same run again.
    private static func byFrequency(_ names: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}

/// The bytes of `text` as they stand in a path segment or a query value.
func percentEncoded(_ text: String) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.append(byte)
        default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return encoded
}
