import JSON

/// A customer who has paid gets the money back. The units do not go back into stock.
public struct RefundOrder: Equatable, Sendable {
    public var orderId: Text
    public var reason: Text?

    public init(orderId: Text, reason: Text? = nil) {
        self.orderId = orderId
        self.reason = reason
    }
}

extension RefundOrder {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        orderId = decoder.text("orderId", .id, from: &object)
        reason = decoder.optionalText("reason", .reason, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(orderId)
        encoder.append(reason)
    }
}
