import JSON

/// A customer says what a product is like, in place of what the same customer said before. Also of a product that is no
/// longer offered: whoever has it may still tell.
public struct ReviewProduct: Equatable, Sendable {
    public var productId: Text
    public var customerId: Text
    /// 1 to 5 stars.
    public var rating: Int64
    public var text: Text?

    public init(productId: Text, customerId: Text, rating: Int64, text: Text? = nil) {
        self.productId = productId
        self.customerId = customerId
        self.rating = rating
        self.text = text
    }
}

extension ReviewProduct {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
        customerId = decoder.text("customerId", .id, from: &object)
        rating = decoder.integer("rating", in: Bounds.rating, from: &object)
        text = decoder.optionalText("text", .prose, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        encoder.append(customerId)
        encoder.append(rating)
        encoder.append(text)
    }
}
