import LMDB

/// The first orders of a list in an order, out of those that it is offered in any order.
struct OrderSelection {
    private let sort: OrderSort
    private let count: Int
    private let after: OrderPlace?
    /// The best so far, in order.
    private(set) var places: [OrderPlace] = []

    /// Keeps the first `count` orders behind `after`.
    init(_ sort: OrderSort, count: Int, after: OrderPlace?) {
        (self.sort, self.count, self.after) = (sort, count, after)
        places.reserveCapacity(count + 1)
    }

    /// The last of those that are kept, once there are enough: what is behind it need not be offered.
    var last: OrderPlace? { places.count == count ? places.last : nil }

    /// Whether it is kept.
    @discardableResult
    mutating func offer(_ place: OrderPlace) -> Bool {
        if let last, !place.isBefore(last, sort) { return false }
        if let after, !after.isBefore(place, sort) { return false }
        if places.count == count { places.removeLast() }
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].isBefore(place, sort) { low = middle + 1 } else { high = middle }
        }
        places.insert(place, at: low)
        return true
    }

    /// Offers every order whose bit is set in a chunk's words.
    mutating func offer(
        _ chunk: Int, _ words: UnsafePointer<UInt64>, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        let isByTotal = sort == .total
        let rankColumn = isByTotal ? OrderColumn.totalColumn : OrderColumn.placedAtColumn
        let entries = try columns.chunk(rankColumn, chunk, snapshot)
        // Lower ranks come first.
        let flip: UInt64 = sort == .oldest ? 0 : .max
        let first = UInt32(chunk * Column.chunkEntriesUsual)
        var rankMax = last?.rank(sort) ?? .max
        var kept = 0
        for word in 0..<Column.chunkWords {
            var bits = words[word]
            while bits != 0 {
                let index = 64 * word + bits.trailingZeroBitCount
                bits &= bits &- 1
                let entry = ColumnReader.entry(64, entries, index)
                // Most are behind the last that is kept, by rank alone.
                if entry ^ flip > rankMax { continue }
                let number = first + UInt32(index)
                var place = OrderPlace(placed: entry, number: number)
                if isByTotal {
                    let placed = try columns.entry(OrderColumn.placedAtColumn, UInt64(number), snapshot)
                    place = OrderPlace(total: entry, placed: placed, number: number)
                }
                if offer(place) { kept &+= 1 }
                rankMax = last?.rank(sort) ?? .max
            }
        }
        snapshot.budget.spend(kept * ReadCost.keptOrder_ns)
    }
}
