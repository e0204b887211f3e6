import JSON

/// The commands by the name that their route and their lines use.
enum CommandName: CaseIterable {
    case registerUser, updateUser
    case addProduct, updateProduct, changePrice, adjustStock, discontinueProduct
    case reviewProduct
    case createOrder, payOrder, shipOrder, deliverOrder, cancelOrder, refundOrder

    var text: StaticString {
        switch self {
        case .registerUser: "RegisterUser"
        case .updateUser: "UpdateUser"
        case .addProduct: "AddProduct"
        case .updateProduct: "UpdateProduct"
        case .changePrice: "ChangePrice"
        case .adjustStock: "AdjustStock"
        case .discontinueProduct: "DiscontinueProduct"
        case .createOrder: "CreateOrder"
        case .reviewProduct: "ReviewProduct"
        case .payOrder: "PayOrder"
        case .shipOrder: "ShipOrder"
        case .deliverOrder: "DeliverOrder"
        case .cancelOrder: "CancelOrder"
        case .refundOrder: "RefundOrder"
        }
    }

    init?(_ name: RawSpan) {
        for command in Self.allCases where name.equals(command.text) {
            self = command
            return
        }
        return nil
    }
}
