import JSON

/// The customer got the money back. Stock is as it was.
public struct OrderRefunded: Equatable, Sendable {
    public var orderId: Text
    public var reason: Text?

    public init(orderId: Text, reason: Text? = nil) {
        self.orderId = orderId
        self.reason = reason
    }
}

extension OrderRefunded {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"orderId\":", orderId)
        writer.append(field: ",\"reason\":", reason)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        orderId = try data.text("orderId")
        reason = try data.optionalText("reason")
    }
}
