import JSON

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
}

/// What an update says of one field: nothing, that it is gone, or its new value.
public enum Change<Value: Hashable & Sendable>: Hashable, Sendable {
    case keep
    case clear
    case set(Value)
}

public enum Role: UInt8, Sendable {
    case customer = 0
    case seller = 1
}

/// Minor units of the marketplace's one currency.
public typealias Amount = Int64

public struct UserRegistered: Equatable, Sendable {
    public var userId: Text
    public var name: Text
    /// Kept in the log's private part: the feed and the views never show it.
    public var email: Text?
    public var role: Role
    public var country: Text?
}

public struct UserUpdated: Equatable, Sendable {
    public var userId: Text
    public var name: Text?
    /// Kept in the log's private part.
    public var email: Change<Text>
    public var country: Change<Text>
}

public struct ProductAdded: Equatable, Sendable {
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

public struct ProductUpdated: Equatable, Sendable {
    public var productId: Text
    public var title: Text?
    public var description: Change<Text>
    public var category: Text?
    public var imageUrl: Change<Text>
}

public struct PriceChanged: Equatable, Sendable {
    public var productId: Text
    public var price: Amount
}

public struct StockAdjusted: Equatable, Sendable {
    public var productId: Text
    public var delta: Int64
}

public struct ProductDiscontinued: Equatable, Sendable {
    public var productId: Text
}

/// An order with titles and prices as they were. It takes its units out of stock, unless it is recorded as cancelled.
public struct OrderCreated: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var productId: Text
        public var sellerId: Text
        public var sku: Text
        public var title: Text
        public var quantity: Int64
        public var unitPrice: Amount
    }

    public var orderId: Text
    public var customerId: Text
    /// `created`, unless an import records an order of the past.
    public var status: OrderStatus
    public var lines: [Line]
    public var total: Amount
}
