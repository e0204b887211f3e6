/// All that `decide` looks at: the users, products, orders, skus and reviews that exist.
///
/// The writer keeps one with just the entries its batch needs; a model-based test keeps a whole marketplace in one.
public struct MarketplaceState: Equatable, Sendable {
    public var users: [Text: UserState] = [:]
    public var products: [Text: ProductState] = [:]
    public var orders: [Text: OrderState] = [:]
    public var skus: [SellerSKU: Text] = [:]
    public var reviews: [ReviewKey: ReviewState] = [:]

    public init() {}
}
