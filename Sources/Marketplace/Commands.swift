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
}

public struct RegisterUser: Equatable, Sendable {
    /// The client's choice, or the id made for this command when the client chose none.
    public var userId: Text
    public var name: Text
    public var email: Text?
    public var role: Role
    public var country: Text?
}

public struct UpdateUser: Equatable, Sendable {
    public var userId: Text
    public var name: Text?
    public var email: Change<Text>
    public var country: Change<Text>
}

public struct AddProduct: Equatable, Sendable {
    public var productId: Text
    public var sellerId: Text
    public var sku: Text
    public var title: Text
    public var description: Text?
    public var category: Text
    public var price: Amount
    public var imageUrl: Text?
    public var stock: Int64
}

public struct UpdateProduct: Equatable, Sendable {
    public var productId: Text
    public var title: Text?
    public var description: Change<Text>
    public var category: Text?
    public var imageUrl: Change<Text>
}

public struct ChangePrice: Equatable, Sendable {
    public var productId: Text
    public var price: Amount
}

public struct AdjustStock: Equatable, Sendable {
    public var productId: Text
    public var delta: Int64
}

public struct DiscontinueProduct: Equatable, Sendable {
    public var productId: Text
}

public struct CreateOrder: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var productId: Text
        public var quantity: Int64
        /// What was really paid, from an import; nil takes the product's price.
        public var unitPrice: Amount?
    }

    public var orderId: Text
    public var customerId: Text
    public var lines: [Line]
    public var expectedTotal: Amount?
    /// From an import; nil is `created`.
    public var status: OrderStatus?
}
