/// What a client asks for. Shape and bounds are checked when it is decoded; state is `decide`'s business.
public enum Command: Equatable, Sendable {
    case registerUser(RegisterUser)
    case updateUser(UpdateUser)
    case addProduct(AddProduct)
    case updateProduct(UpdateProduct)
    case changePrice(ChangePrice)
    case adjustStock(AdjustStock)
    case discontinueProduct(DiscontinueProduct)
    case createOrder(CreateOrder)
    case reviewProduct(ReviewProduct)
    case payOrder(PayOrder)
    case shipOrder(ShipOrder)
    case deliverOrder(DeliverOrder)
    case cancelOrder(CancelOrder)
    case refundOrder(RefundOrder)
}
