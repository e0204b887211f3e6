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
        var order = try load(number, in: views)
        let before = order.status
        order.move(to: status, at: moment.time, hasReason: reason != nil)
        let encoded = order.encode()
        try views.put(.orders, number: number, encoded.bytes)
        // Such texts can be long, and only GetOrder shows them. No status follows one that has a reason.
        if let reason { try views.put(.orderReasons, number: number, UserRow.json(reason).span.bytes) }
        try OrderListsView.move(number, from: before, to: status, in: &views)

        let lines = try Lines(of: number, in: views)
        let isReturned = before.reservesStock && !status.reservesStock
        let isUnsold = before.countsAsSale && !status.countsAsSale
        if isReturned || isUnsold {
            for line in lines.lines {
                _ = try ProductsView.count(
                    line.product, available: isReturned ? line.units : 0, sold: isUnsold ? 0 &- line.units : 0,
                    in: &views)
            }
        }
        if isUnsold {
            try SalesView.count(lines.lines, placedAt: order.placedAt, isSale: false, in: &views)
            try UsersView.count(order.customerNumber, volume: 0 &- order.total, in: &views)
            for (seller, units) in lines.unitsBySeller {
                try UsersView.count(seller, volume: 0 &- units, in: &views)
            }
        }
        touch(number, customer: order.customerNumber, sellers: lines.unitsBySeller.keys, in: &views)
    }

    private static func load(_ number: UInt64, in views: borrowing ViewWriter) throws(ViewError) -> OrderRow {
        guard let row = try views.get(.orders, number: number) else {
            throw .unknown(kind: "order number", id: Text(String(number)))
        }
        return OrderRow(row)
    }

    /// What an order's detail row says of its lines.
    private struct Lines {
        var lines: [SalesView.Line] = []
        var unitsBySeller: [UInt64: Int64] = [:]

        init(of number: UInt64, in views: borrowing ViewWriter) throws(ViewError) {
            guard let row = try views.get(.orderDetails, number: number) else {
                throw .unknown(kind: "lines of order number", id: Text(String(number)))
            }
            let detail = EncodedOrderDetail(row)
            for line in 0..<detail.lineCount {
                lines.append(detail.sale(line))
                let units = unitsBySeller[detail.sellerNumber(line)] ?? 0
                unitsBySeller[detail.sellerNumber(line)] = units.addingSaturated(detail.quantity(line))
            }
        }
    }
}
