import JSON

/// Orders from now on pay this price.
public struct PriceChanged: Equatable, Sendable {
    public var productId: Text
    public var price: Amount

    public init(
        productId: Text, price: Amount
    ) {
        self.productId = productId
        self.price = price
    }
}

extension PriceChanged {
    func writeData(into writer: inout ByteWriter, currency: Currency) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(",\"price\":")
        writer.append(money: price, currency)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        price = try data.amount("price")
    }
}
