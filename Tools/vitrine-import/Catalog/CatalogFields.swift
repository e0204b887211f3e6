import JSON
import Marketplace

/// The columns of a product list.
enum CatalogColumn: String, CaseIterable {
    case productId, sku, sellerId, sellerName, title, description, category, price, priceMinor, currency, imageUrl,
        stock
    case occurredAt

    /// The column of a field of AddProduct; nil for one that no column is of.
    init?(field: String) {
        switch field {
        case "listStock": self = .stock
        case "price/amount": self = .price
        case "price/currency": self = .currency
        default: self.init(rawValue: field)
        }
    }

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

    /// AddProduct's fields as JSON, but for the productId that the line does not choose. What is missing is left out, for
    /// the command's own rules to find.
    func addProduct(_ marketCurrency: Currency) -> [UInt8] {
        var body = ByteWriter(capacity: 512)
        body.append("{")
        if let productId { body.field("productId", productId) }
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
        if let stock { body.field("listStock", stock) }
        if let occurredAt { body.field("occurredAt", occurredAt) }
        body.append("}")
        return body.copyBytes()
    }

    /// What the line says in a column, as text; nil when it says nothing.
    func text(_ column: CatalogColumn) -> Text? {
        switch column {
        case .productId: productId
        case .sku: sku
        case .sellerId: sellerId
        case .sellerName: sellerName
        case .title: title
        case .description: description.value
        case .category: category
        case .price, .priceMinor: price.map { Text("\($0)") }
        case .currency: currency
        case .imageUrl: imageUrl.value
        case .stock: stock.map { Text("\($0)") }
        case .occurredAt: occurredAt
        }
    }
}

/// Why a line cannot be used.
struct CatalogFault: Error, Equatable {
    /// What is at fault: a field by the name that the file gives it, or the line.
    var field: String
    var detail: String
    /// The column at fault, when the command's own rules found fault with what it says.
    private(set) var column: CatalogColumn?

    init(_ field: String, _ detail: String) { (self.field, self.detail) = (field, detail) }

    /// Why AddProduct was refused.
    init(_ rejection: Rejection) {
        guard let first = rejection.errors.first else {
            self.init("line", rejection.detail)
            return
        }
        let field = String(first.pointer.drop { $0 == "#" || $0 == "/" })
        self.init(field, first.detail)
        column = CatalogColumn(field: field)
        if let column { self.field = column.rawValue }
    }

    /// The same under the name that a file has for its column, with the value at fault.
    func named(_ name: (CatalogColumn) -> String, value: (CatalogColumn) -> [UInt8]?) -> CatalogFault {
        guard let column else {
            guard let column = CatalogColumn(rawValue: field) else { return self }
            return CatalogFault(name(column), detail)
        }
        guard let value = value(column) else { return CatalogFault(name(column), "is missing") }
        return CatalogFault(name(column), value.isEmpty ? "is empty" : "\(Quoted(value)): \(detail)")
    }
}
