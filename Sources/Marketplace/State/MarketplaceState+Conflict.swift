/// Whether an event that another state gave rise to can have happened in this one: asked where a part of the log is gone.
extension MarketplaceState {
    /// Why `event` cannot follow on this state; nil when it can. All that `event.prerequisites` names must be loaded.
    public func conflict(with event: Event) -> String? {
        switch event {
        case .userRegistered(let event): users[event.userId] == nil ? nil : "there is a user \(event.userId) already"
        case .userUpdated(let event): missing(user: event.userId)
        case .productAdded(let event):
            if products[event.productId] != nil {
                "there is a product \(event.productId) already"
            } else if skus[SellerSKU(sellerId: event.sellerId, sku: event.sku)] != nil {
                "the seller \(event.sellerId) has the sku \(event.sku) already"
            } else {
                missing(user: event.sellerId, as: .seller)
            }
        case .productUpdated(let event): missing(product: event.productId)
        case .priceChanged(let event): missing(product: event.productId)
        case .stockAdjusted(let event):
            missing(product: event.productId, units: event.delta == .min ? .max : max(0, -event.delta))
        case .productDiscontinued(let event): missing(product: event.productId)
        case .orderCreated(let event): conflict(withOrder: event)
        case .orderPaid(let event): conflict(withMoving: event.orderId, to: .paid)
        case .orderShipped(let event): conflict(withMoving: event.orderId, to: .shipped)
        case .orderDelivered(let event): conflict(withMoving: event.orderId, to: .delivered)
        case .orderCancelled(let event):
            conflict(withMoving: event.orderId, to: .cancelled)
                ?? event.returned.lazy.compactMap { missing(product: $0.productId) }.first
        case .orderRefunded(let event): conflict(withMoving: event.orderId, to: .refunded)
        case .productReviewed(let event):
            missing(product: event.productId) ?? missing(user: event.customerId, as: .customer)
        }
    }

    private func missing(user id: Text, as role: Role? = nil) -> String? {
        guard let user = users[id] else { return "there is no user \(id)" }
        return role == nil || user.role == role ? nil : "the user \(id) has another role"
    }

    private func missing(product id: Text, units: Int64 = 0) -> String? {
        guard let product = products[id] else { return "there is no product \(id)" }
        return units == 0 || product.stock >= units
            ? nil : "the product \(id) has \(product.stock) units and not \(units)"
    }

    private func conflict(withOrder event: OrderCreated) -> String? {
        if orders[event.orderId] != nil { return "there is an order \(event.orderId) already" }
        var units: [Text: Int64] = [:]
        for line in event.lines where event.status.reservesStock {
            units[line.productId] = (units[line.productId] ?? 0).addingSaturated(line.quantity)
        }
        return missing(user: event.customerId, as: .customer)
            ?? event.lines.lazy.compactMap { missing(product: $0.productId, units: units[$0.productId] ?? 0) }.first
    }

    private func conflict(withMoving id: Text, to status: OrderStatus) -> String? {
        guard let order = orders[id] else { return "there is no order \(id)" }
        return status.predecessors.contains(order.status) ? nil : "the order \(id) is \(order.status.name)"
    }
}

extension Event {
    /// All that `conflict(with:)` looks at, and `apply` changes.
    public var prerequisites: [Reference] {
        switch self {
        case .productAdded(let event): references + [.user(event.sellerId)]
        case .orderCreated(let event):
            references + [.user(event.customerId)] + event.lines.map { .product($0.productId) }
        case .productReviewed(let event): references + [.user(event.customerId), .product(event.productId)]
        default: references
        }
    }
}
