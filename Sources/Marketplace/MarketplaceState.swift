/// All that `decide` looks at: the users, products, orders and skus that exist.
///
/// The writer keeps one with just the entries its batch needs; a model-based test keeps a whole marketplace in one.
public struct MarketplaceState: Equatable, Sendable {
    public var users: [Text: UserState] = [:]
    public var products: [Text: ProductState] = [:]
    public var orders: [Text: OrderState] = [:]
    public var skus: [SellerSKU: Text] = [:]

    public init() {}
}

/// A sku is unique among one seller's products, and stays taken when its product is discontinued.
public struct SellerSKU: Hashable, Sendable {
    public var sellerId: Text
    public var sku: Text
}

/// A hash that stands for a text which is only ever compared, so that decisions need not keep it.
public struct Fingerprint: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64
}

public struct UserState: Equatable, Sendable {
    public var role: Role
    public var name: Text
    public var email: Fingerprint?
    public var country: Text?
}

public struct ProductState: Equatable, Sendable {
    public var sellerId: Text
    public var sku: Text
    public var title: Text
    public var category: Text
    public var description: Fingerprint?
    public var imageUrl: Fingerprint?
    public var price: Amount
    /// Units left to sell.
    public var stock: Int64
    public var isDiscontinued: Bool
}

public struct OrderState: Equatable, Sendable {
    public var status: OrderStatus
}
