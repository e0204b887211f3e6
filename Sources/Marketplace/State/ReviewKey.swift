/// A customer has one review of a product.
public struct ReviewKey: Hashable, Sendable {
    public var productId: Text
    public var customerId: Text

    public init(productId: Text, customerId: Text) {
        self.productId = productId
        self.customerId = customerId
    }
}
