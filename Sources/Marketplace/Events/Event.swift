/// Something that happened in the marketplace: the only thing the log holds and views are made of.
public enum Event: Equatable, Sendable {
    case userRegistered(UserRegistered)
    case userUpdated(UserUpdated)
    case productAdded(ProductAdded)
    case productUpdated(ProductUpdated)
    case priceChanged(PriceChanged)
    case stockAdjusted(StockAdjusted)
    case productDiscontinued(ProductDiscontinued)
    case orderCreated(OrderCreated)
    case productReviewed(ProductReviewed)
    case orderPaid(OrderPaid)
    case orderShipped(OrderShipped)
    case orderDelivered(OrderDelivered)
    case orderCancelled(OrderCancelled)
    case orderRefunded(OrderRefunded)
}
