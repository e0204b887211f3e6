import JSON
import LMDB
import Marketplace

/// What the orders of a list must be.
public struct OrderFilter: Sendable {
    public var status: OrderStatus?
    /// The number of a user: nobody but a customer has orders, nobody but a seller lines of them.
    public var customer: UInt64?
    public var seller: UInt64?
    /// Placed at, as ordered bits.
    var placed = OrderFilter.allTimes

    /// Every time of the years 1 to 9999 in any zone.
    static let allTimes: Range<UInt64> = 1..<UInt64.max

    public init() {}

    /// The orders of the only user that is asked for, if times are all that is asked for besides.
    var onlyUser: OrderScope? {
        guard status == nil else { return nil }
        switch (customer, seller) {
        case (let customer?, nil): return .customer(customer)
        case (nil, let seller?): return .seller(seller)
        default: return nil
        }
    }

    /// `from` and later, and before `to`. None at all if they are equal.
    public mutating func setTimes(from: Timestamp?, to: Timestamp?) {
        let low = from?.orderedBits ?? OrderFilter.allTimes.lowerBound
        placed = low..<max(low, to?.orderedBits ?? OrderFilter.allTimes.upperBound)
    }
}

/// What is left to look at while a list is walked that the rest of the filter chose.
struct OrderTests {
    /// Bits that must be set.
    var bits: [Column] = []
    var customer: UInt64?
    /// The order must stand in this seller's list. A look-up each time: for few orders.
    var seller: UInt64?
    var placed: Range<UInt64>?

    var isOpen: Bool { bits.isEmpty && customer == nil && seller == nil && placed == nil }

    /// Whether the order at this place of that customer passes.
    func match(
        _ place: OrderPlace, of customer: UInt64, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) -> Bool {
        if let placed, !placed.contains(place.placed) { return false }
        let number = UInt64(place.number)
        for column in bits where try columns.entry(column, number, snapshot) == 0 { return false }
        if let wanted = self.customer, customer != wanted { return false }
        if let seller {
            let key = OrderListKey.key(.seller(seller), .newest, place, customer: customer)
            if try snapshot.get(.orderLists, key.bytes) == nil { return false }
        }
        return true
    }
}
