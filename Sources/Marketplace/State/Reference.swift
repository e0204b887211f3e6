/// An entry of the state that a command or an event touches.
public enum Reference: Hashable, Sendable {
    case user(Text)
    case product(Text)
    case order(Text)
    case sku(SellerSKU)
    case review(ReviewKey)
}

extension Command {
    /// All entries that `decide` looks at: whoever keeps only a part of the state loads these first, where they exist.
    /// A product of several lines comes several times. The products that a cancellation gives units back to are not among
    /// them: the event names those.
    public var references: [Reference] {
        switch self {
        case .registerUser(let command): [.user(command.userId)]
        case .updateUser(let command): [.user(command.userId)]
        case .addProduct(let command):
            [
                .product(command.productId), .user(command.sellerId),
                .sku(SellerSKU(sellerId: command.sellerId, sku: command.sku)),
            ]
        case .updateProduct(let command): [.product(command.productId)]
        case .changePrice(let command): [.product(command.productId)]
        case .adjustStock(let command): [.product(command.productId)]
        case .discontinueProduct(let command): [.product(command.productId)]
        case .createOrder(let command):
            [.order(command.orderId), .user(command.customerId)] + command.lines.map { .product($0.productId) }
        case .payOrder(let command): [.order(command.orderId)]
        case .shipOrder(let command): [.order(command.orderId)]
        case .deliverOrder(let command): [.order(command.orderId)]
        case .cancelOrder(let command): [.order(command.orderId)]
        case .refundOrder(let command): [.order(command.orderId)]
        case .reviewProduct(let command):
            [
                .product(command.productId), .user(command.customerId),
                .review(ReviewKey(productId: command.productId, customerId: command.customerId)),
            ]
        }
    }
}

extension Event {
    /// All entries that `apply` changes or makes: whoever keeps only a part of the state loads these before it applies the
    /// event. A product of several lines comes several times.
    public var references: [Reference] {
        switch self {
        case .userRegistered(let event): [.user(event.userId)]
        case .userUpdated(let event): [.user(event.userId)]
        case .productAdded(let event):
            [.product(event.productId), .sku(SellerSKU(sellerId: event.sellerId, sku: event.sku))]
        case .productUpdated(let event): [.product(event.productId)]
        case .priceChanged(let event): [.product(event.productId)]
        case .stockAdjusted(let event): [.product(event.productId)]
        case .productDiscontinued(let event): [.product(event.productId)]
        case .orderCreated(let event):
            [.order(event.orderId)] + (event.status.reservesStock ? event.lines.map { .product($0.productId) } : [])
        case .orderPaid(let event): [.order(event.orderId)]
        case .orderShipped(let event): [.order(event.orderId)]
        case .orderDelivered(let event): [.order(event.orderId)]
        case .orderCancelled(let event):
            [.order(event.orderId)] + event.returned.map { .product($0.productId) }
        case .orderRefunded(let event): [.order(event.orderId)]
        case .productReviewed(let event):
            [.review(ReviewKey(productId: event.productId, customerId: event.customerId))]
        }
    }
}
