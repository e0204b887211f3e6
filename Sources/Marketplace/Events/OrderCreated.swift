import JSON

/// An order with titles and prices as they were. It takes its units out of stock, unless it is recorded as cancelled.
public struct OrderCreated: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var productId: Text
        public var sellerId: Text
        public var sku: Text
        public var title: Text
        public var quantity: Int64
        public var unitPrice: Amount

        public init(productId: Text, sellerId: Text, sku: Text, title: Text, quantity: Int64, unitPrice: Amount) {
            self.productId = productId
            self.sellerId = sellerId
            self.sku = sku
            self.title = title
            self.quantity = quantity
            self.unitPrice = unitPrice
        }
    }

    public var orderId: Text
    public var customerId: Text
    /// `created`, unless an import records an order of the past.
    public var status: OrderStatus
    public var lines: [Line]
    public var total: Amount

    public init(
        orderId: Text, customerId: Text, status: OrderStatus, lines: [Line], total: Amount
    ) {
        self.orderId = orderId
        self.customerId = customerId
        self.status = status
        self.lines = lines
        self.total = total
    }
}

extension OrderCreated {
    func writeData(into writer: inout ByteWriter, currency: Currency) {
        writer.append("{")
        writer.append(field: "\"orderId\":", orderId)
        writer.append(field: ",\"customerId\":", customerId)
        writer.append(",\"status\":\"")
        writer.append(status.name)
        writer.append("\",\"lines\":[")
        for index in lines.indices {
            if index > 0 { writer.append(",") }
            lines[index].writeData(into: &writer, currency: currency)
        }
        writer.append("],\"total\":")
        writer.append(money: total, currency)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        orderId = try data.text("orderId")
        customerId = try data.text("customerId")
        status = try data.orderStatus("status")
        var array = try data.array("lines")
        var lines: [Line] = []
        while let element = array.next() {
            guard var line = element.object else { throw .field("lines") }
            lines.append(try Line(&line))
        }
        self.lines = lines
        total = try data.amount("total")
    }
}

extension OrderCreated.Line {
    fileprivate func writeData(into writer: inout ByteWriter, currency: Currency) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(field: ",\"sellerId\":", sellerId)
        writer.append(field: ",\"sku\":", sku)
        writer.append(field: ",\"title\":", title)
        writer.append(",\"quantity\":")
        writer.append(decimal: quantity)
        writer.append(",\"unitPrice\":")
        writer.append(money: unitPrice, currency)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    fileprivate init(_ data: inout JSONObject) throws(EventDecodingError) {
        self.init(
            productId: try data.text("productId"), sellerId: try data.text("sellerId"), sku: try data.text("sku"),
            title: try data.text("title"), quantity: try data.integer("quantity"),
            unitPrice: try data.amount("unitPrice"))
    }
}
