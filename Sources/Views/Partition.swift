/// A part of the marketplace that a cached answer depends on. A write stamps the partitions it touches.
///
/// A page of a list that is asked for as it is kept depends on the list's places and on each thing it shows, so a write to a
/// thing that it does not show leaves it valid. What is chosen by more, or counts a whole list, depends on all that the list
/// holds.
public enum Partition: Hashable, Sendable {
    /// The name of any user: names are spliced into cards that other partitions hold.
    case userNames
    case user(UInt64)
    /// The product by itself and its card in lists.
    case product(UInt64)
    /// Which products a list holds and in which order, for an order that rows are kept in: touched when one of them is put or
    /// deleted.
    case productPlaces(ProductScope, ProductSort)
    /// Every product, whatever changes.
    case allProducts
    case category(UInt64)
    case sellerProducts(UInt64)
    /// The order by itself and its card in lists.
    case order(UInt64)
    /// Which orders a list holds. None ever leaves it or moves in it, in whichever order.
    case orderPlaces(OrderScope)
    /// Every order, whatever changes.
    case allOrders
    case customerOrders(UInt64)
    case sellerOrders(UInt64)
    /// The reviews of a product.
    case reviews(UInt64)
    /// What the reports count: every order that is placed, cancelled or refunded.
    case sales

    /// The partition's place in the table of stamps. Two that share a place only invalidate each other more often.
    ///
    /// Things have the first half to themselves, as a page depends on many that are seldom touched: one that shared the place
    /// of a large category would spoil it. Lists have the second half. Names, which everything depends on, stand alone.
    public var stampIndex: Int {
        switch self {
        case .userNames: 2 * Partition.halfPlaces
        case .user(let number): Partition.hash(number, 0)
        case .product(let number): Partition.hash(number, 1)
        case .order(let number): Partition.hash(number, 2)
        case .reviews(let number): Partition.hash(number, 3)
        case .allProducts: list(0, 4)
        case .category(let number): list(number, 5)
        case .sellerProducts(let number): list(number, 6)
        case .allOrders: list(0, 7)
        case .customerOrders(let number): list(number, 8)
        case .sellerOrders(let number): list(number, 9)
        case .sales: list(0, 10)
        case .orderPlaces(.all): list(0, 11)
        case .orderPlaces(.customer(let number)): list(number, 12)
        case .orderPlaces(.seller(let number)): list(number, 13)
        case .productPlaces(.all, let sort): list(0, 16 + UInt64(sort.rawValue))
        case .productPlaces(.category(let number), let sort): list(number, 32 + UInt64(sort.rawValue))
        case .productPlaces(.seller(let number), let sort): list(number, 48 + UInt64(sort.rawValue))
        }
    }

    /// How many places there are.
    static let stampCount = 2 * halfPlaces + 1

    private static let halfBits: UInt64 = 17
    private static let halfPlaces = 1 << Int(halfBits)

    private func list(_ number: UInt64, _ kind: UInt64) -> Int { Partition.halfPlaces + Partition.hash(number, kind) }

    /// Fibonacci hashing: 2^64 / golden ratio sends consecutive numbers far from each other, so of one kind the first 75,000
    /// share no place. The other multiplier sends the kinds apart. The top bits are the best mixed.
    private static func hash(_ number: UInt64, _ kind: UInt64) -> Int {
        let mixed = number &* 0x9E37_79B9_7F4A_7C15 &+ kind &* 0xBF58_476D_1CE4_E5B9
        return Int(truncatingIfNeeded: mixed >> (64 - halfBits))
    }
}
