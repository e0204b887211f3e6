/// So many units of a product.
public struct ProductUnits: Equatable, Sendable {
    public var productId: Text
    public var quantity: Int64

    public init(productId: Text, quantity: Int64) {
        self.productId = productId
        self.quantity = quantity
    }
}
