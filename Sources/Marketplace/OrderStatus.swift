/// Where an order stands. Raw values are stored in rows.
public enum OrderStatus: UInt8, Sendable, CaseIterable {
    case created = 0
    case paid = 1
    case shipped = 2
    case delivered = 3
    case cancelled = 4
    case refunded = 5

    /// As commands, events and answers spell it.
    public var name: StaticString {
        switch self {
        case .created: "created"
        case .paid: "paid"
        case .shipped: "shipped"
        case .delivered: "delivered"
        case .cancelled: "cancelled"
        case .refunded: "refunded"
        }
    }

    /// Whether the order's units are out of the stock: a cancelled order gave them back, a refunded one did not.
    public var takesStock: Bool { self != .cancelled }

    /// Whether the order counts in `sold`, `spent` and reports.
    public var countsAsSale: Bool { self != .cancelled && self != .refunded }
}
