/// A part of the marketplace that a cached answer depends on. A write stamps the partitions it touches.
public enum Partition: Hashable, Sendable {
    /// The name of any user: names are spliced into cards that other partitions hold.
    case userNames
    case user(UInt64)
    case product(UInt64)
    /// The cards and the order of every product list without a category or seller.
    case allProducts
    case category(UInt64)
    case sellerProducts(UInt64)
    case order(UInt64)
    case allOrders
    case customerOrders(UInt64)
    case sellerOrders(UInt64)
    /// The reviews of a product.
    case reviews(UInt64)
    /// What the reports count: every order that is placed, cancelled or refunded.
    case sales

    /// The partition's place in the table of stamps. Two that share a place only invalidate each other more often.
    @inlinable
    public var stampIndex: Int {
        let (kind, number): (UInt64, UInt64) =
            switch self {
            case .userNames: (0, 0)
            case .user(let number): (1, number)
            case .product(let number): (2, number)
            case .allProducts: (3, 0)
            case .category(let number): (4, number)
            case .sellerProducts(let number): (5, number)
            case .order(let number): (6, number)
            case .allOrders: (7, 0)
            case .customerOrders(let number): (8, number)
            case .sellerOrders(let number): (9, number)
            case .reviews(let number): (10, number)
            case .sales: (11, 0)
            }
        // Fibonacci hashing: the multiplier is 2^64 / golden ratio, the top bits are the best mixed.
        let mixed = (number &* 16 &+ kind &+ 1) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> UInt64(64 - Freshness.stampBits))
    }
}
