/// What decisions look at of an order.
public struct OrderState: Equatable, Sendable {
    public var status: OrderStatus

    public init(
        status: OrderStatus
    ) {
        self.status = status
    }
}
