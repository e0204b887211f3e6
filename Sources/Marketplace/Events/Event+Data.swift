import JSON

extension Event {
    /// The CloudEvents `type`.
    public var type: StaticString {
        switch self {
        case .userRegistered: "UserRegistered"
        case .userUpdated: "UserUpdated"
        case .productAdded: "ProductAdded"
        case .productUpdated: "ProductUpdated"
        case .priceChanged: "PriceChanged"
        case .stockAdjusted: "StockAdjusted"
        case .productDiscontinued: "ProductDiscontinued"
        case .orderCreated: "OrderCreated"
        case .productReviewed: "ProductReviewed"
        case .orderPaid: "OrderPaid"
        case .orderShipped: "OrderShipped"
        case .orderDelivered: "OrderDelivered"
        case .orderCancelled: "OrderCancelled"
        case .orderRefunded: "OrderRefunded"
        }
    }

    /// The id of the thing that it happened to: the CloudEvents `subject`.
    public var subject: Text {
        switch self {
        case .userRegistered(let event): event.userId
        case .userUpdated(let event): event.userId
        case .productAdded(let event): event.productId
        case .productUpdated(let event): event.productId
        case .priceChanged(let event): event.productId
        case .stockAdjusted(let event): event.productId
        case .productDiscontinued(let event): event.productId
        case .orderCreated(let event): event.orderId
        case .productReviewed(let event): event.productId
        case .orderPaid(let event): event.orderId
        case .orderShipped(let event): event.orderId
        case .orderDelivered(let event): event.orderId
        case .orderCancelled(let event): event.orderId
        case .orderRefunded(let event): event.orderId
        }
    }

    /// Writes the public `data` object.
    public func writeData(into writer: inout ByteWriter, currency: Currency) {
        switch self {
        case .userRegistered(let event): event.writeData(into: &writer)
        case .userUpdated(let event): event.writeData(into: &writer)
        case .productAdded(let event): event.writeData(into: &writer, currency: currency)
        case .productUpdated(let event): event.writeData(into: &writer)
        case .priceChanged(let event): event.writeData(into: &writer, currency: currency)
        case .stockAdjusted(let event): event.writeData(into: &writer)
        case .productDiscontinued(let event): event.writeData(into: &writer)
        case .orderCreated(let event): event.writeData(into: &writer, currency: currency)
        case .productReviewed(let event): event.writeData(into: &writer)
        case .orderPaid(let event): event.writeData(into: &writer)
        case .orderShipped(let event): event.writeData(into: &writer)
        case .orderDelivered(let event): event.writeData(into: &writer)
        case .orderCancelled(let event): event.writeData(into: &writer)
        case .orderRefunded(let event): event.writeData(into: &writer)
        }
    }

    /// Writes an object with what only the log keeps; false, and nothing written, when there is no such thing.
    public func writePrivate(into writer: inout ByteWriter) -> Bool {
        switch self {
        case .userRegistered(let event): event.writePrivate(into: &writer)
        case .userUpdated(let event): event.writePrivate(into: &writer)
        default: false
        }
    }

    /// Reads what `writeData` and `writePrivate` wrote.
    public static func decode(
        type: RawSpan, data: JSONValue, private details: JSONValue?
    ) throws(EventDecodingError) -> Event {
        guard var data = data.object else { throw .field("data") }
        if type.equals("UserRegistered") { return .userRegistered(try UserRegistered(&data, private: details)) }
        if type.equals("UserUpdated") { return .userUpdated(try UserUpdated(&data, private: details)) }
        if type.equals("ProductAdded") { return .productAdded(try ProductAdded(&data)) }
        if type.equals("ProductUpdated") { return .productUpdated(try ProductUpdated(&data)) }
        if type.equals("PriceChanged") { return .priceChanged(try PriceChanged(&data)) }
        if type.equals("StockAdjusted") { return .stockAdjusted(try StockAdjusted(&data)) }
        if type.equals("ProductDiscontinued") { return .productDiscontinued(try ProductDiscontinued(&data)) }
        if type.equals("OrderCreated") { return .orderCreated(try OrderCreated(&data)) }
        if type.equals("ProductReviewed") { return .productReviewed(try ProductReviewed(&data)) }
        if type.equals("OrderPaid") { return .orderPaid(try OrderPaid(&data)) }
        if type.equals("OrderShipped") { return .orderShipped(try OrderShipped(&data)) }
        if type.equals("OrderDelivered") { return .orderDelivered(try OrderDelivered(&data)) }
        if type.equals("OrderCancelled") { return .orderCancelled(try OrderCancelled(&data)) }
        if type.equals("OrderRefunded") { return .orderRefunded(try OrderRefunded(&data)) }
        throw .unknownType("\(Text(type))")
    }
}
