import JSON

/// Where an order stands. Raw values are stored in rows.
public enum OrderStatus: UInt8, Sendable, CaseIterable {
    case created = 0
    case paid = 1
    case shipped = 2
    case delivered = 3
    case cancelled = 4
    case refunded = 5

    /// As JSON spells it.
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

    public init?(name: RawSpan) {
        for status in Self.allCases where name.equals(status.name) {
            self = status
            return
        }
        return nil
    }
}

extension OrderStatus {
    /// Where an order may come to this status from; none for the one that it begins in.
    public var predecessors: [OrderStatus] {
        switch self {
        case .created: []
        case .paid: [.created]
        case .shipped: [.paid]
        case .delivered: [.shipped]
        case .cancelled: [.created, .paid]
        case .refunded: [.paid, .shipped, .delivered]
        }
    }

    /// Whether an order in this status keeps its units out of stock.
    public var reservesStock: Bool { self != .cancelled }

    /// Whether the order counts in `sold`, `spent` and reports.
    public var countsAsSale: Bool { self != .cancelled && self != .refunded }
}
