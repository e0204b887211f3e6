/// A sku is unique among one seller's products, and stays taken when its product is discontinued.
public struct SellerSKU: Hashable, Sendable {
    public var sellerId: Text
    public var sku: Text

    public init(
        sellerId: Text, sku: Text
    ) {
        self.sellerId = sellerId
        self.sku = sku
    }
}
