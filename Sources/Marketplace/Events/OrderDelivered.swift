import JSON

/// The units have come.
public struct OrderDelivered: Equatable, Sendable {
    public var orderId: Text

    public init(orderId: Text) { self.orderId = orderId }
}

extension OrderDelivered {
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
