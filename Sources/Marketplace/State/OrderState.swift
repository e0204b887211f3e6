/// What decisions look at of an order.
public struct OrderState: Equatable, Sendable {
    public var status: OrderStatus
    /// What a cancellation gives back to stock, each product once. Empty when the order can no longer be cancelled.
    public var reserved: [ProductUnits]

    public init(status: OrderStatus, reserved: [ProductUnits] = []) {
        self.status = status
        self.reserved = reserved
    }
}

extension OrderState {
    init(_ event: OrderCreated) {
        self.init(status: event.status)
        guard isCancellable else { return }
        var places: [Text: Int] = [:]
        for line in event.lines {
            if let place = places[line.productId] {
                reserved[place].quantity = reserved[place].quantity.addingSaturated(line.quantity)
            } else {
                places[line.productId] = reserved.count
                reserved.append(ProductUnits(productId: line.productId, quantity: line.quantity))
            }
        }
    }

    mutating func move(to status: OrderStatus) {
        self.status = status
        if !isCancellable { reserved = [] }
    }

    private var isCancellable: Bool { OrderStatus.cancelled.predecessors.contains(status) }
}
