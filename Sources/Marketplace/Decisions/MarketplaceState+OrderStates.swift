extension MarketplaceState {
    func decide(_ command: PayOrder) throws(Rejection) -> Decision {
        _ = try order(command.orderId, to: .paid)
        return .event(.orderPaid(OrderPaid(orderId: command.orderId)))
    }

    func decide(_ command: ShipOrder) throws(Rejection) -> Decision {
        _ = try order(command.orderId, to: .shipped)
        return .event(.orderShipped(OrderShipped(orderId: command.orderId)))
    }

    func decide(_ command: DeliverOrder) throws(Rejection) -> Decision {
        _ = try order(command.orderId, to: .delivered)
        return .event(.orderDelivered(OrderDelivered(orderId: command.orderId)))
    }

    func decide(_ command: CancelOrder) throws(Rejection) -> Decision {
        let order = try order(command.orderId, to: .cancelled)
        return .event(
            .orderCancelled(
                OrderCancelled(orderId: command.orderId, reason: command.reason, returned: order.reserved)))
    }

    func decide(_ command: RefundOrder) throws(Rejection) -> Decision {
        _ = try order(command.orderId, to: .refunded)
        return .event(.orderRefunded(OrderRefunded(orderId: command.orderId, reason: command.reason)))
    }

    /// The order, if it can come to `status` from where it stands.
    private func order(_ id: Text, to status: OrderStatus) throws(Rejection) -> OrderState {
        guard let order = orders[id] else { throw Rejection(.unknownOrder, "There is no order '\(id)'.") }
        guard status.predecessors.contains(order.status) else {
            let taken = status.predecessors.map { "\($0.name)" }.joined(separator: " or ")
            throw Rejection(
                .wrongState,
                "Order '\(id)' is \(order.status.name); only one that is \(taken) can become \(status.name).")
        }
        return order
    }
}
