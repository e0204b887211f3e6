import Marketplace

/// The products of a list, each ready to be added.
struct CatalogList {
    struct Row {
        let line: Int
        let productId: Text
        /// AddProduct's fields as JSON.
        let body: [UInt8]
        /// Whether the list says that the product has none.
        let clearsDescription: Bool
        let clearsImage: Bool
    }

    struct Seller {
        let id: Text
        var name: Text?
        /// The first line that names the seller.
        let line: Int
    }

    private(set) var rows: [Row] = []
    private(set) var sellers: [Seller] = []
    var skipped = LineTally()
    /// Columns and fields that are ignored.
    var unknown: [String] = []

    private var productIds: Set<Text> = []
    private var sellerNumbers: [Text: Int] = [:]
    private var hashes: [UInt8] = []

    /// Takes the product of a line. Of two lines for one product the first counts.
    mutating func add(
        _ product: AddProduct, body: [UInt8], of fields: CatalogFields, line: Int
    ) throws(CatalogFault) {
        guard productIds.insert(product.productId).inserted else {
            throw CatalogFault("productId", "'\(product.productId)' is an earlier line's")
        }
        rows.append(
            Row(
                line: line, productId: product.productId, body: body, clearsDescription: fields.description == .clear,
                clearsImage: fields.imageUrl == .clear))
        if let number = sellerNumbers[product.sellerId] {
            sellers[number].name = sellers[number].name ?? fields.sellerName
        } else {
            sellerNumbers[product.sellerId] = sellers.count
            sellers.append(Seller(id: product.sellerId, name: fields.sellerName, line: line))
        }
        let hash = Fingerprint(of: body.span.bytes)
        withUnsafeBytes(of: (hash.high.littleEndian, hash.low.littleEndian)) { hashes += $0 }
    }

    /// Equal for lists with equal products in the same order, however their files are written.
    var identity: String {
        let hash = Fingerprint(of: hashes.span.bytes)
        return [hash.high, hash.low].map { part in
            let digits = String(part, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
