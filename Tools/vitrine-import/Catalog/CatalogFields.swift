import JSON
import Marketplace

/// The columns of a product list.
enum CatalogColumn: String, CaseIterable {
    case productId, sku, sellerId, sellerName, title, description, category, price, priceMinor, currency, imageUrl,
        stock
    case occurredAt

    /// Case, blanks, `_` and `-` do not count; nil for a column that the contract does not know.
    init?(named name: String) {
        let plain = Self.plain(name)
        switch plain {
        case "seller": self = .sellerId
        case "amount": self = .priceMinor
        default:
            guard let column = Self.allCases.first(where: { Self.plain($0.rawValue) == plain }) else { return nil }
            self = column
        }
    }

    private static func plain(_ name: String) -> String { name.lowercased().filter { !" _-".contains($0) } }

    /// Of each of these at least one must be there.
    static let required: [[CatalogColumn]] = [
        [.productId, .sku], [.sellerId], [.title], [.category], [.price, .priceMinor], [.stock],
    ]
}

/// What one line of a product list says, as it is written.
struct CatalogFields {
    var productId: Text?
    var sku: Text?
    var sellerId: Text?
    var sellerName: Text?
    var title: Text?
    var description = Change<Text>.keep
    var category: Text?
    /// In minor units.
    var price: Amount?
    var currency: Text?
    var imageUrl = Change<Text>.keep
    var stock: Int64?
    var occurredAt: Text?

    /// AddProduct's fields as JSON. What is missing is left out, for the command's own rules to find.
    func addProduct(_ marketCurrency: Currency) -> [UInt8] {
        var body = ByteWriter(capacity: 512)
        body.append("{")
        if let id = productId ?? sku.map(CatalogFields.productId) { body.field("productId", id) }
        if let sellerId { body.field("sellerId", sellerId) }
        if let sku = sku ?? productId { body.field("sku", sku) }
        if let title { body.field("title", title) }
        if case .set(let text) = description { body.field("description", text) }
        if let category { body.field("category", category) }
        if let price {
            body.fieldName("price")
            body.append("{")
            body.field("amount", price)
            body.field("currency", currency ?? Text(marketCurrency.description))
            body.append("}")
        }
        if case .set(let url) = imageUrl { body.field("imageUrl", url) }
        if let stock { body.field("stock", stock) }
        if let occurredAt { body.field("occurredAt", occurredAt) }
        body.append("}")
        return body.copyBytes()
    }

    /// A sku in the place of an id: characters that an id cannot have become `_`.
    private static func productId(ofSKU sku: Text) -> Text {
        RetailText.productId(ofStockCode: sku.utf8[...]) ?? sku
    }
}

/// Why a line cannot be used.
struct CatalogFault: Error, Equatable {
    /// What is at fault: a field, or the line.
    let field: String
    let detail: String

    init(_ field: String, _ detail: String) { (self.field, self.detail) = (field, detail) }

    init(_ rejection: Rejection) {
        guard let first = rejection.errors.first else {
            self.init("line", rejection.detail)
            return
        }
        self.init(String(first.pointer.drop { $0 == "#" || $0 == "/" }), first.detail)
    }
}
