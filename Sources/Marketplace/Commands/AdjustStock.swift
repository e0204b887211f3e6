import JSON

/// Units found, bought or lost.
public struct AdjustStock: Equatable, Sendable {
    public var productId: Text
    /// Units that come in; negative, that are gone.
    public var delta: Int64

    public init(
        productId: Text, delta: Int64
    ) {
        self.productId = productId
        self.delta = delta
    }
}

extension AdjustStock {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
        delta = decoder.integer("delta", in: Bounds.delta, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        encoder.append(delta)
    }
}
