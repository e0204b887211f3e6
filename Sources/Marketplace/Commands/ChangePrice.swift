import JSON

/// The price of orders from now on.
public struct ChangePrice: Equatable, Sendable {
    public var productId: Text
    public var price: Amount

    public init(
        productId: Text, price: Amount
    ) {
        self.productId = productId
        self.price = price
    }
}

extension ChangePrice {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
        price = decoder.amount("price", in: Bounds.price, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        encoder.append(price)
    }
}
