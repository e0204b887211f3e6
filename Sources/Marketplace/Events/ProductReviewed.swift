import JSON

/// What a customer says of a product from now on.
public struct ProductReviewed: Equatable, Sendable {
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

extension ProductReviewed {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(field: ",\"customerId\":", customerId)
        writer.append(",\"rating\":")
        writer.append(decimal: rating)
        writer.append(field: ",\"text\":", text)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        customerId = try data.text("customerId")
        rating = try data.integer("rating")
        // Readers add ratings up: one that no command can have given is damage.
        guard Bounds.rating.contains(rating) else { throw .field("rating") }
        text = try data.optionalText("text")
    }
}
