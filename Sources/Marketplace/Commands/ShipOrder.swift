import JSON

/// The units are on their way: an order that is paid becomes shipped.
public struct ShipOrder: Equatable, Sendable {
    public var orderId: Text

    public init(orderId: Text) { self.orderId = orderId }
}

extension ShipOrder {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        orderId = decoder.text("orderId", .id, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(orderId)
    }
}
