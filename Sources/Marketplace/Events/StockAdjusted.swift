import JSON

/// Units came in or went, other than by orders.
public struct StockAdjusted: Equatable, Sendable {
    public var productId: Text
    /// Units more than before; 0 when only the list's value is new.
    public var delta: Int64
    /// What an outside list says there is, if that made the change.
    public var listStock: Int64?

    public init(
        productId: Text, delta: Int64, listStock: Int64? = nil
    ) {
        self.productId = productId
        self.delta = delta
        self.listStock = listStock
    }
}

extension StockAdjusted {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(",\"delta\":")
        writer.append(decimal: delta)
        writer.append(field: ",\"listStock\":", listStock)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        delta = try data.integer("delta")
        listStock = try data.optionalInteger("listStock")
    }
}
