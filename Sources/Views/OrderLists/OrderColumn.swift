import JSON
import Marketplace

/// What filters and sorts of orders compare, as columns. Raw values are the columns' numbers in `order-columns`.
enum OrderColumn: UInt8 {
    /// One bit for each status: orders that stand in it. 6 columns, by `OrderStatus.rawValue`.
    case firstStatus = 1
    /// 8 bytes: placed at, milliseconds, as ordered bits.
    case placedAt = 7
    /// 8 bytes: minor units.
    case total = 8
    /// 4 bytes: the customer's number.
    case customer = 9
    /// Not by order but by chunk of orders, three entries of 8 bytes each: the earliest and the latest placed at, the
    /// highest total. They tell which chunks a query can pass over.
    case bounds = 10
    /// One bit: the orders of a customer of many orders.
    case ofCustomer = 11
    /// One bit: the orders with a line of a seller of many orders.
    case ofSeller = 12

    static func status(_ status: OrderStatus) -> Column {
        Column(table: .orderColumns, number: firstStatus.rawValue + status.rawValue, entryBits: 1)
    }

    static let placedAtColumn = Column(table: .orderColumns, number: placedAt.rawValue, entryBits: 64)
    static let totalColumn = Column(table: .orderColumns, number: total.rawValue, entryBits: 64)
    static let customerColumn = Column(table: .orderColumns, number: customer.rawValue, entryBits: 32)
    static let boundsColumn = Column(
        table: .orderColumns, number: bounds.rawValue, entryBits: 64, chunkEntries: boundsEntries * 64)

    static let boundsEntries = 3
}

/// A user whose orders are kept as a column of bits, too: one of more orders than a query looks at one by one.
struct OrderSet: Hashable {
    var user: UInt64
    var isSeller: Bool

    /// A user with more orders has a set.
    static let ordersMax: Int64 = 2_048

    var column: Column {
        Column(
            table: .orderColumns, number: (isSeller ? OrderColumn.ofSeller : .ofCustomer).rawValue,
            owner: UInt32(truncatingIfNeeded: user), entryBits: 1)
    }

    var scope: OrderScope { isSeller ? .seller(user) : .customer(user) }
}
