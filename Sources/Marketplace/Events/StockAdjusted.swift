import JSON

/// Units came in or went, other than by orders.
public struct StockAdjusted: Equatable, Sendable {
    public var productId: Text
    public var delta: Int64

    public init(
        productId: Text, delta: Int64
    ) {
        self.productId = productId
        self.delta = delta
    }
}

extension StockAdjusted {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(",\"delta\":")
        writer.append(decimal: delta)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        delta = try data.integer("delta")
    }
}
