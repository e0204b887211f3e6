import Marketplace

/// What was sold.
///
/// Sums wrap, so they do not depend on the order of what is added and taken away, nor on how events are cut into batches.
/// Neither can happen: an order has at most 10^9 units, and 2^127 minor units are more than all orders can have.
struct SalesCounters: Equatable {
    /// Orders with a line of what is counted.
    var orders: Int64 = 0
    var units: Int64 = 0
    /// Minor units. An order's total ends at 10^13, a million of them at what 64 bits hold.
    var revenue: Int128 = 0

    var isZero: Bool { orders == 0 && units == 0 && revenue == 0 }

    mutating func add(_ other: SalesCounters) {
        orders &+= other.orders
        units &+= other.units
        revenue &+= other.revenue
    }

    /// The revenue as money, or the amount nearest to it.
    var amount: Amount { Amount(clamping: revenue) }
}
