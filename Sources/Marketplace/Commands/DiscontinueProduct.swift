import JSON

/// The product leaves every list for good; its sku stays taken.
public struct DiscontinueProduct: Equatable, Sendable {
    public var productId: Text

    public init(
        productId: Text
    ) {
        self.productId = productId
    }
}

extension DiscontinueProduct {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
    }
}
