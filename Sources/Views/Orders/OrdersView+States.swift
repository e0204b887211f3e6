import JSON
import Marketplace

/// What happens to an order after it was placed.
extension OrdersView {
    static func apply(_ event: OrderPaid, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        try move(event.orderId, to: .paid, reason: nil, moment, in: &views)
    }

    static func apply(_ event: OrderShipped, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        try move(event.orderId, to: .shipped, reason: nil, moment, in: &views)
    }

    static func apply(_ event: OrderDelivered, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        try move(event.orderId, to: .delivered, reason: nil, moment, in: &views)
    }

    static func apply(_ event: OrderCancelled, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        try move(event.orderId, to: .cancelled, reason: event.reason, moment, in: &views)
    }

    static func apply(_ event: OrderRefunded, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        try move(event.orderId, to: .refunded, reason: event.reason, moment, in: &views)
    }

    private static func move(
        _ id: Text, to status: OrderStatus, reason: Text?, _ moment: Moment, in views: inout ViewWriter
    ) throws(ViewError) {
        guard let number = try views.number(.orderNumbers, of: id) else { throw .unknown(kind: "order", id: id) }
        let order = try PlacedOrder(number, in: views)
        let before = try OrderStates.status(order.customer, order.ordinal, in: views)
        try OrderStates.set(status, order.customer, order.ordinal, in: &views)
        var changes = ByteWriter(capacity: 64)
        if let earlier = try views.get(.orderChanges, number: number) { changes.append(earlier) }
        OrderChanges.add(status, at: moment.time, reason: reason, to: &changes)
        try views.put(.orderChanges, number: number, changes.bytes)
        try OrderListsView.move(number, from: before, to: status, in: &views)

        let isReturned = before.reservesStock && !status.reservesStock
        let isUnsold = before.countsAsSale && !status.countsAsSale
        if isReturned || isUnsold {
            for line in order.lines {
                _ = try ProductsView.count(
                    line.product, available: isReturned ? line.units : 0, sold: isUnsold ? 0 &- line.units : 0,
                    in: &views)
            }
        }
        if isUnsold {
            try SalesView.count(order.lines, placedAt: order.placedAt, isSale: false, in: &views)
            try UsersView.count(order.customer, volume: 0 &- order.total, in: &views)
            for (seller, units) in order.unitsBySeller {
                try UsersView.count(seller, volume: 0 &- units, in: &views)
            }
        }
        touch(number, customer: order.customer, sellers: order.unitsBySeller.keys, in: &views)
    }

    /// What an order's detail row says of it and its lines.
    private struct PlacedOrder {
        let customer: UInt64
        let ordinal: UInt32
        let placedAt: Timestamp
        let total: Amount
        var lines: [SalesView.Line] = []
        var unitsBySeller: [UInt64: Int64] = [:]

        init(_ number: UInt64, in views: borrowing ViewWriter) throws(ViewError) {
            guard let row = try views.get(.orderDetails, number: number) else {
                throw .unknown(kind: "order number", id: Text(String(number)))
            }
            let detail = EncodedOrderDetail(row)
            (customer, ordinal) = (detail.customerNumber, detail.ordinal)
            (placedAt, total) = (detail.placedAt, detail.total)
            for line in 0..<detail.lineCount {
                lines.append(detail.sale(line))
                let units = unitsBySeller[detail.sellerNumber(line)] ?? 0
                unitsBySeller[detail.sellerNumber(line)] = units.addingSaturated(detail.quantity(line))
            }
        }
    }
}
