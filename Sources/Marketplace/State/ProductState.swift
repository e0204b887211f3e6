/// What decisions look at of a product.
public struct ProductState: Equatable, Sendable {
    public var sellerId: Text
    public var sku: Text
    public var title: Text
    public var category: Text
    public var description: Fingerprint?
    public var imageUrl: Fingerprint?
    public var price: Amount
    /// Units left to sell.
    public var stock: Int64
    /// What the last outside list said there is; nil when none has spoken of the product.
    public var listStock: Int64?
    public var isDiscontinued: Bool

    public init(
        sellerId: Text, sku: Text, title: Text, category: Text, description: Fingerprint? = nil,
        imageUrl: Fingerprint? = nil, price: Amount, stock: Int64, listStock: Int64? = nil, isDiscontinued: Bool
    ) {
        self.sellerId = sellerId
        self.sku = sku
        self.title = title
        self.category = category
        self.description = description
        self.imageUrl = imageUrl
        self.price = price
        self.stock = stock
        self.listStock = listStock
        self.isDiscontinued = isDiscontinued
    }
}
