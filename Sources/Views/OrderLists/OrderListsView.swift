import JSON
import LMDB
import Marketplace

/// The order lists as ranges of keys, and the columns beside them.
///
/// A placed order writes three list rows and one for each of its sellers: all orders by time and by total, the customer's,
/// which holds the card, and each seller's by time. A change of its status writes none, only a bit in two columns. Chunks of
/// columns are written once in a batch.
enum OrderListsView {
    static func insert(
        _ place: OrderPlace, _ status: OrderStatus, _ customer: UInt64, _ card: borrowing ByteWriter, sellers: [UInt64],
        in views: inout ViewWriter
    ) throws(ViewError) {
        var cardKey = ByteWriter(capacity: OrderListKey.cardBytes)
        OrderListKey.appendCardKey(place, customer, to: &cardKey)
        try views.put(.orders, cardKey.bytes, card.bytes)
        views.touch(.orderPlaces(.customer(customer)))
        try put(.all, .newest, place, customer, in: &views)
        try put(.all, .total, place, customer, in: &views)
        for seller in sellers { try put(.seller(seller), .newest, place, customer, in: &views) }

        let number = UInt64(place.number)
        try views.setColumn(OrderColumn.status(status), number, to: 1)
        try views.setColumn(OrderColumn.placedAtColumn, number, to: place.placed)
        try views.setColumn(OrderColumn.totalColumn, number, to: place.total)
        try views.setColumn(OrderColumn.customerColumn, number, to: customer)
        try widenBounds(number, place, in: &views)
    }

    static func move(_ number: UInt64, from before: OrderStatus, to status: OrderStatus, in views: inout ViewWriter)
        throws(ViewError)
    {
        try views.setColumn(OrderColumn.status(before), number, to: 0)
        try views.setColumn(OrderColumn.status(status), number, to: 1)
    }

    private static func put(
        _ scope: OrderScope, _ sort: OrderSort, _ place: OrderPlace, _ customer: UInt64, in views: inout ViewWriter
    ) throws(ViewError) {
        let key = OrderListKey.key(scope, sort, place, customer: customer)
        try views.put(.orderLists, key.bytes, RawSpan())
        views.touch(.orderPlaces(scope))
    }

    private static func widenBounds(_ number: UInt64, _ place: OrderPlace, in views: inout ViewWriter)
        throws(ViewError)
    {
        let isFirst = Int(number) % Column.chunkEntriesUsual == 0
        let entry = UInt64(Int(number) / Column.chunkEntriesUsual * OrderColumn.boundsEntries)
        try views.updateColumn(OrderColumn.boundsColumn, entry) { isFirst ? place.placed : min($0, place.placed) }
        try views.updateColumn(OrderColumn.boundsColumn, entry + 1) { max($0, place.placed) }
        try views.updateColumn(OrderColumn.boundsColumn, entry + 2) { max($0, place.total) }
    }
}

/// Keeps the columns of bits of users with many orders.
enum OrderSetsView {
    /// After an order of the user was counted: `count` orders now.
    static func add(_ number: UInt64, to set: OrderSet, count: Int64, in views: inout ViewWriter) throws(ViewError) {
        guard count > OrderSet.ordersMax else { return }
        // The earlier orders follow at the batch's end, when all list rows are written.
        if count == OrderSet.ordersMax + 1 { views.grownOrders.insert(set) }
        try views.setColumn(set.column, number, to: 1)
    }

    /// Sets the bits of all orders of users who came to many orders in this batch: once in a user's life.
    static func fill(_ sets: Set<OrderSet>, in views: inout ViewWriter) throws(ViewError) {
        for set in sets {
            for number in try numbers(set, in: views) { try views.setColumn(set.column, number, to: 1) }
        }
    }

    private static func numbers(_ set: OrderSet, in views: borrowing ViewWriter) throws(ViewError) -> [UInt64] {
        do {
            var numbers: [UInt64] = []
            var walk = OrderWalk(
                try views.transaction.cursor(views.tables[OrderListKey.table(set.scope)]), set.scope, .newest,
                after: nil, placed: OrderFilter.allTimes)
            try walk.begin(set.scope, after: nil, placed: OrderFilter.allTimes)
            while try walk.next() { numbers.append(walk.number) }
            return numbers
        } catch {
            throw .storage(error)
        }
    }
}
