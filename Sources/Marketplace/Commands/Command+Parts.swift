extension Command {
    func encode(into encoder: inout CanonicalEncoder) {
        switch self {
        case .registerUser(let command): command.encode(into: &encoder)
        case .updateUser(let command): command.encode(into: &encoder)
        case .addProduct(let command): command.encode(into: &encoder)
        case .updateProduct(let command): command.encode(into: &encoder)
        case .changePrice(let command): command.encode(into: &encoder)
        case .adjustStock(let command): command.encode(into: &encoder)
        case .discontinueProduct(let command): command.encode(into: &encoder)
        case .createOrder(let command): command.encode(into: &encoder)
        case .reviewProduct(let command): command.encode(into: &encoder)
        case .payOrder(let command): command.encode(into: &encoder)
        case .shipOrder(let command): command.encode(into: &encoder)
        case .deliverOrder(let command): command.encode(into: &encoder)
        case .cancelOrder(let command): command.encode(into: &encoder)
        case .refundOrder(let command): command.encode(into: &encoder)
        }
    }

    /// With an id of its own, if it creates something whose id the client did not choose.
    func identified(by makeId: () -> Text) -> Command {
        switch self {
        case .registerUser(var command) where command.userId.isEmpty:
            command.userId = makeId()
            return .registerUser(command)
        case .addProduct(var command) where command.productId.isEmpty:
            command.productId = makeId()
            return .addProduct(command)
        case .createOrder(var command) where command.orderId.isEmpty:
            command.orderId = makeId()
            return .createOrder(command)
        default: return self
        }
    }
}
