import JSON

/// The customer has paid: an order that is created becomes paid.
public struct PayOrder: Equatable, Sendable {
    public var orderId: Text

    public init(orderId: Text) { self.orderId = orderId }
}

extension PayOrder {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        orderId = decoder.text("orderId", .id, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(orderId)
    }
}
