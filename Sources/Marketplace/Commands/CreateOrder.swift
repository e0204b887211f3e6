import JSON

/// A customer buys; the stock is reserved in it.
public struct CreateOrder: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var productId: Text
        public var quantity: Int64
        /// What was really paid, from an import; nil takes the product's price.
        public var unitPrice: Amount?

        public init(productId: Text, quantity: Int64, unitPrice: Amount? = nil) {
            self.productId = productId
            self.quantity = quantity
            self.unitPrice = unitPrice
        }
    }

    /// The client's choice, or the id made for this command when the client chose none.
    public var orderId: Text
    public var customerId: Text
    /// 1 to 1,000; a product may repeat.
    public var lines: [Line]
    /// What the client thinks it costs; nil accepts any total.
    public var expectedTotal: Amount?
    /// From an import; nil is `created`.
    public var status: OrderStatus?

    public init(
        orderId: Text, customerId: Text, lines: [Line], expectedTotal: Amount? = nil, status: OrderStatus? = nil
    ) {
        self.orderId = orderId
        self.customerId = customerId
        self.lines = lines
        self.expectedTotal = expectedTotal
        self.status = status
    }
}

extension CreateOrder {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        orderId = decoder.chosenId("orderId", from: &object)
        customerId = decoder.text("customerId", .id, from: &object)
        lines = Self.lines(&decoder, &object)
        expectedTotal = decoder.optionalAmount("expectedTotal", in: Bounds.orderTotal, from: &object)
        status = decoder.importedStatus("status", from: &object)
    }

    @_lifetime(object: copy object)
    private static func lines(_ decoder: inout CommandDecoder, _ object: inout JSONObject) -> [Line] {
        guard let value = decoder.fields.required("lines", from: &object),
            var array = decoder.fields.array(value, "lines")
        else { return [] }
        decoder.fields.enter("lines")
        defer { decoder.fields.leave() }
        var lines: [Line] = []
        while let element = array.next() {
            guard lines.count < Bounds.lineCount.upperBound else {
                decoder.fields.refuse(nil, "Expected at most \(Bounds.lineCount.upperBound) lines.")
                return lines
            }
            decoder.fields.enter(index: lines.count)
            lines.append(Line(&decoder, element))
            decoder.fields.leave()
        }
        if lines.isEmpty { decoder.fields.refuse(nil, "Expected at least one line.") }
        return lines
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(orderId)
        encoder.append(customerId)
        encoder.append(Int64(lines.count))
        for line in lines {
            encoder.append(line.productId)
            encoder.append(line.quantity)
            encoder.append(line.unitPrice)
        }
        encoder.append(expectedTotal)
        encoder.append(status.map { Int64($0.rawValue) })
    }
}

extension CreateOrder.Line {
    fileprivate init(_ decoder: inout CommandDecoder, _ value: JSONValue) {
        guard var object = decoder.fields.object(value) else {
            self.init(productId: Text(utf8: []), quantity: 0)
            return
        }
        self.init(
            productId: decoder.text("productId", .id, from: &object),
            quantity: decoder.integer("quantity", in: Bounds.quantity, from: &object),
            unitPrice: decoder.importedAmount("unitPrice", in: Bounds.price, from: &object))
        decoder.fields.finish(object)
    }
}
