import LMDB

/// The tables of a view build. Raw values are part of every row's digest: never reuse one.
public enum ViewTable: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// User id → number.
    case userNumbers = 1
    /// Number → `UserRow`.
    case users = 2
    /// Product id → number.
    case productNumbers = 3
    /// Number → `ProductRow`, the card.
    case products = 4
    /// Number → the description as JSON; only where it is long, as a short one stands in the product's row.
    case productDescriptions = 5
    /// Category name (bounded) → number.
    case categoryNumbers = 6
    /// `ProductListKey` → nothing.
    case productLists = 7
    /// Order id → number.
    case orderNumbers = 8
    /// `OrderListKey` of a customer's list → `OrderRow`, the card: the orders of a customer stand together.
    case orders = 9
    /// Number → `OrderDetailRow`: the lines, and where the card is.
    case orderDetails = 10
    /// `OrderListKey` of the other lists → nothing.
    case orderLists = 11
    /// Numbers of product and customer → number of the review.
    case reviewNumbers = 13
    /// Number → `ReviewRow`.
    case reviews = 14
    /// `ReviewListKey` → nothing.
    case reviewLists = 15
    /// `Column` key → the chunk.
    case productColumns = 16
    /// Number → the category's name as JSON.
    case categoryNames = 17
    /// `SalesKey` → `SalesRowWriter`'s row.
    case sales = 18
    /// `Column` key → the chunk.
    case orderColumns = 19
    /// Number → `OrderChanges`: how its status changed; only where it did.
    case orderChanges = 21
    /// `OrderStates` key → the statuses of a customer's orders.
    case orderStates = 22
    /// Number of a group and the piece of a sort key → number of the group of titles that it begins there (`TitleGroups`).
    case titleGroupNumbers = 23
    /// What the keys of a group's list begin with → how many products that has.
    case titleGroupMembers = 24

    /// The name inside the environment.
    public var name: String {
        switch self {
        case .userNumbers: "user-numbers"
        case .users: "users"
        case .productNumbers: "product-numbers"
        case .products: "products"
        case .productDescriptions: "product-descriptions"
        case .categoryNumbers: "category-numbers"
        case .productLists: "product-lists"
        case .orderNumbers: "order-numbers"
        case .orders: "orders"
        case .orderDetails: "order-details"
        case .orderLists: "order-lists"
        case .reviewNumbers: "review-numbers"
        case .reviews: "reviews"
        case .reviewLists: "review-lists"
        case .productColumns: "product-columns"
        case .categoryNames: "category-names"
        case .sales: "sales"
        case .orderColumns: "order-columns"
        case .orderChanges: "order-changes"
        case .orderStates: "order-states"
        case .titleGroupNumbers: "title-group-numbers"
        case .titleGroupMembers: "title-group-members"
        }
    }

    /// Whether its keys are the numbers of things, in the machine's byte order.
    var isKeyedByNumber: Bool {
        switch self {
        case .users, .products, .productDescriptions, .orderDetails, .orderChanges, .reviews, .categoryNames: true
        case .userNumbers, .productNumbers, .categoryNumbers, .productLists, .orderNumbers, .orders, .orderLists,
            .orderStates, .reviewNumbers, .reviewLists, .productColumns, .sales, .orderColumns, .titleGroupNumbers,
            .titleGroupMembers:
            false
        }
    }

    /// Whether a row is its key alone, put where it is not and deleted where it is.
    var isList: Bool { self == .productLists || self == .orderLists || self == .reviewLists }

    /// Its place among all. No table has the raw values 12 and 20 any more.
    var index: Int { Int(rawValue) - (rawValue < 12 ? 1 : rawValue < 20 ? 2 : 3) }
}

extension Tally {
    mutating func add(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) { add(table: table.rawValue, key, value) }

    mutating func remove(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) {
        remove(table: table.rawValue, key, value)
    }
}
