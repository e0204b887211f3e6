import CColumns
import JSON
import LMDB
import Marketplace

/// Orders by id. An order of several sellers is in each seller's list once.
enum OrdersView {
    static func apply(_ event: OrderCreated, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = views.nextNumber(.orders)
        let customer = try UsersView.number(of: event.customerId, in: views)
        var lines: [OrderDetailRow.Line] = []
        var soldBySeller: [UInt64: Int64] = [:]
        for line in event.lines {
            let product = try ProductsView.number(of: line.productId, in: views)
            let sold = event.status.countsAsSale ? line.quantity : 0
            let row = try ProductsView.count(
                product, available: event.status.reservesStock ? 0 &- line.quantity : 0, sold: sold, in: &views)
            lines.append(
                .init(
                    line: line, sellerNumber: row.sellerNumber, productNumber: product,
                    categoryNumber: row.categoryNumber, imageJSON: row.imageJSON))
            soldBySeller[row.sellerNumber] = (soldBySeller[row.sellerNumber] ?? 0).addingSaturated(sold)
        }

        let orderCount = try UsersView.count(
            customer, volume: event.status.countsAsSale ? event.total : 0, orders: 1, in: &views)
        let ordinal = UInt32(truncatingIfNeeded: orderCount - 1)
        try views.putNumber(.orderNumbers, of: event.orderId.utf8, number)
        let place = OrderPlace(
            total: UInt64(clamping: event.total), placed: moment.time.orderedBits,
            number: UInt32(truncatingIfNeeded: number))
        let card = OrderRow.encode(event, ordinal: ordinal, at: moment.time, views.currency)
        try OrderListsView.insert(place, event.status, customer, card, sellers: Array(soldBySeller.keys), in: &views)
        let detail = OrderDetailRow.encode(
            event, lines, customer: customer, ordinal: ordinal, at: moment.time, views.currency)
        try views.put(.orderDetails, number: number, detail.bytes)
        try OrderStates.set(event.status, customer, ordinal, in: &views)

        try OrderSetsView.add(number, to: OrderSet(user: customer, isSeller: false), count: orderCount, in: &views)
        for (seller, sold) in soldBySeller {
            let orderCount = try UsersView.count(seller, volume: sold, orders: 1, in: &views)
            try OrderSetsView.add(number, to: OrderSet(user: seller, isSeller: true), count: orderCount, in: &views)
        }
        if event.status.countsAsSale {
            let sold = lines.map {
                SalesView.Line(
                    product: $0.productNumber, seller: $0.sellerNumber, category: $0.categoryNumber,
                    units: $0.line.quantity, unitPrice: $0.line.unitPrice)
            }
            try SalesView.count(sold, placedAt: moment.time, isSale: true, in: &views)
        }
        touch(number, customer: customer, sellers: soldBySeller.keys, in: &views)
    }

    /// The order's card is shown by itself and in these lists.
    static func touch(
        _ number: UInt64, customer: UInt64, sellers: Dictionary<UInt64, Int64>.Keys, in views: inout ViewWriter
    ) {
        views.touch(.order(number))
        views.touch(.allOrders)
        views.touch(.customerOrders(customer))
        for seller in sellers { views.touch(.sellerOrders(seller)) }
    }
}

// MARK: Look-up

extension ViewSnapshot {
    public func orderNumber(_ orderId: RawSpan) throws(LMDBError) -> UInt64? { try number(.orderNumbers, of: orderId) }

    /// Appends the cards of a page, with a comma between them.
    public func appendOrderCards(_ orders: [FoundOrder], names: UserNames, to output: inout ByteWriter)
        throws(LMDBError)
    {
        var states = OrderStateReader()
        var index = 0
        func append(_ card: RawSpan) throws(LMDBError) {
            if index > 0 { output.append(",") }
            let (order, customer) = (EncodedOrder(card), orders[index].customer)
            output.append(order.beforeName)
            try names.append(customer, from: self, to: &output)
            output.append(order.beforeStatus)
            output.append(try states.status(customer, order.ordinal, self).name)
            output.append(order.afterStatus)
            index += 1
        }
        // The way to an order leads over all cards or over none.
        if orders.contains(where: { $0.card == nil }) {
            var keys = ByteWriter(capacity: orders.count * OrderListKey.cardBytes)
            for order in orders { OrderListKey.appendCardKey(order, to: &keys) }
            try forEachRow(.orders, of: keys.bytes, keyBytes: OrderListKey.cardBytes) { card throws(LMDBError) in
                try append(card)
            }
        } else {
            // Safe: cards stay where they are as long as the snapshot is borrowed, which it is during this call.
            for order in orders { vitrine_prefetch(order.card!.baseAddress, order.card!.count) }
            for order in orders { try append(RawSpan(_unsafeBytes: order.card!)) }
        }
    }

    /// Appends an order as GetOrder answers it.
    public func appendOrder(_ number: UInt64, names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        guard let detailRow = try get(.orderDetails, number: number) else {
            preconditionFailure("order number \(number) has no detail")
        }
        let detail = EncodedOrderDetail(detailRow)
        let order = FoundOrder(
            number: number, customer: detail.customerNumber, placed: detail.placedAt.orderedBits)
        try appendOrderCards([order], names: names, to: &output)
        output.truncate(to: output.count - 1)  // The card's closing brace.
        output.append(",")
        var written = detail.jsonStart
        for line in 0..<detail.lineCount {
            let end = detail.splice(line)
            output.append(detailRow.extracting(written..<end))
            try names.append(detail.sellerNumber(line), from: self, to: &output)
            written = end
        }
        output.append(detailRow.extracting(written..<detailRow.byteCount))
        output.append(",\"history\":[")
        ViewSnapshot.append(detail.firstStatus, at: detail.placedAt, reason: RawSpan(), to: &output)
        // Every change was an event with this order as its subject, as its placement was.
        var version: UInt64 = 1
        if let row = try get(.orderChanges, number: number) {
            var change = OrderChangeReader(row)
            while change.next() {
                output.append(",")
                ViewSnapshot.append(change.status, at: change.at, reason: change.reason, to: &output)
                version += 1
            }
        }
        output.append("],\"version\":")
        output.append(decimal: version)
        output.append("}")
    }

    /// An entry of an order's history.
    private static func append(_ status: OrderStatus, at time: Timestamp, reason: RawSpan, to output: inout ByteWriter)
    {
        output.append("{\"status\":\"")
        output.append(status.name)
        output.append("\",\"at\":\"")
        output.append(time)
        output.append("\",\"reason\":")
        if reason.byteCount > 0 { output.append(reason) } else { output.append("null") }
        output.append("}")
    }
}
