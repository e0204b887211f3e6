import JSON

/// The customer has paid.
public struct OrderPaid: Equatable, Sendable {
    public var orderId: Text

    public init(orderId: Text) { self.orderId = orderId }
}

extension OrderPaid {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"orderId\":", orderId)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        orderId = try data.text("orderId")
    }
}
