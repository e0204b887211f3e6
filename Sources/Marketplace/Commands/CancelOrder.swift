import JSON

/// The order is off before it is shipped: its units go back into stock.
public struct CancelOrder: Equatable, Sendable {
    public var orderId: Text
    public var reason: Text?

    public init(orderId: Text, reason: Text? = nil) {
        self.orderId = orderId
        self.reason = reason
    }
}

extension CancelOrder {
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
