import JSON

/// The order is off, and the units that it had reserved are back in stock.
public struct OrderCancelled: Equatable, Sendable {
    public var orderId: Text
    public var reason: Text?
    /// What each product's stock gets back, so that nobody who follows the events needs the order for it. A product is named once.
    public var returned: [ProductUnits]

    public init(orderId: Text, reason: Text? = nil, returned: [ProductUnits]) {
        self.orderId = orderId
        self.reason = reason
        self.returned = returned
    }
}

extension OrderCancelled {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"orderId\":", orderId)
        writer.append(field: ",\"reason\":", reason)
        writer.append(",\"returned\":[")
        for index in returned.indices {
            writer.append(field: index == 0 ? "{\"productId\":" : ",{\"productId\":", returned[index].productId)
            writer.append(",\"quantity\":")
            writer.append(decimal: returned[index].quantity)
            writer.append("}")
        }
        writer.append("]}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        orderId = try data.text("orderId")
        reason = try data.optionalText("reason")
        var array = try data.array("returned")
        var returned: [ProductUnits] = []
        while let element = array.next() {
            guard var units = element.object else { throw .field("returned") }
            returned.append(
                ProductUnits(productId: try units.text("productId"), quantity: try units.integer("quantity")))
        }
        self.returned = returned
    }
}
