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

        try views.putNumber(.orderNumbers, of: event.orderId.utf8, number)
        let order = OrderRow(event, customerNumber: customer, at: moment.time, views.currency)
        let card = order.encode()
        try views.put(.orders, number: number, card.bytes)
        let detail = OrderDetailRow.encode(lines, views.currency)
        try views.put(.orderDetails, number: number, detail.bytes)

        try OrderListsView.insert(number, order, sellers: Array(soldBySeller.keys), in: &views)
        let orderCount = try UsersView.count(
            customer, volume: event.status.countsAsSale ? event.total : 0, orders: 1, in: &views)
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

    /// Appends the card of an order.
    public func appendOrderCard(_ number: UInt64, names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        try append(EncodedOrder(try cardRow(number)), names, to: &output)
    }

    /// Appends the cards of a page, with a comma between them. As with products, all are looked up before the first is
    /// copied.
    public func appendOrderCards(_ numbers: [UInt64], names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        var rows: [UnsafeRawBufferPointer] = []
        rows.reserveCapacity(numbers.count)
        for number in numbers {
            let row = try cardRow(number).withUnsafeBytes { $0 }
            vitrine_prefetch(row.baseAddress, row.count)
            rows.append(row)
        }
        for (index, row) in rows.enumerated() {
            if index > 0 { output.append(",") }
            // Safe: a row stays where it is as long as the snapshot is borrowed, which it is during this call.
            try append(EncodedOrder(RawSpan(_unsafeBytes: row)), names, to: &output)
        }
    }

    @_lifetime(borrow self)
    private func cardRow(_ number: UInt64) throws(LMDBError) -> RawSpan {
        guard let row = try get(.orders, number: number) else {
            preconditionFailure("a list names order number \(number), which has no row")
        }
        return row
    }

    private func append(_ order: borrowing EncodedOrder, _ names: UserNames, to output: inout ByteWriter)
        throws(LMDBError)
    {
        output.append(order.beforeName)
        try names.append(order.customerNumber, from: self, to: &output)
        output.append(order.afterName)
    }

    /// Appends an order as GetOrder answers it.
    public func appendOrder(_ number: UInt64, names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        try appendOrderCard(number, names: names, to: &output)
        output.truncate(to: output.count - 1)  // The card's closing brace.
        output.append(",")
        guard let detailRow = try get(.orderDetails, number: number), let row = try get(.orders, number: number) else {
            preconditionFailure("order number \(number) has a card but no detail")
        }
        let detail = EncodedOrderDetail(detailRow)
        var written = detail.jsonStart
        for line in 0..<detail.lineCount {
            let end = detail.splice(line)
            output.append(detailRow.extracting(written..<end))
            try names.append(detail.sellerNumber(line), from: self, to: &output)
            written = end
        }
        output.append(detailRow.extracting(written..<detailRow.byteCount))
        let order = EncodedOrder(row)
        output.append(",\"history\":[")
        ViewSnapshot.append(order.firstStatus, at: order.placedAt, to: &output)
        output.append("null}")
        for index in 0..<order.changeCount {
            let change = order.change(index)
            output.append(",")
            ViewSnapshot.append(change.status, at: change.at, to: &output)
            if change.hasReason {
                guard let reason = try get(.orderReasons, number: number) else {
                    preconditionFailure("order number \(number) has lost its reason")
                }
                output.append(reason)
            } else {
                output.append("null")
            }
            output.append("}")
        }
        output.append("],\"version\":")
        output.append(decimal: UInt64(order.version))
        output.append("}")
    }

    /// An entry of an order's history, up to its reason.
    private static func append(_ status: OrderStatus, at time: Timestamp, to output: inout ByteWriter) {
        output.append("{\"status\":\"")
        output.append(status.name)
        output.append("\",\"at\":\"")
        output.append(time)
        output.append("\",\"reason\":")
    }
}
