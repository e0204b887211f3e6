import JSON

/// The units have come: an order that is shipped becomes delivered.
public struct DeliverOrder: Equatable, Sendable {
    public var orderId: Text

    public init(orderId: Text) { self.orderId = orderId }
}

extension DeliverOrder {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        orderId = decoder.text("orderId", .id, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(orderId)
    }
}
