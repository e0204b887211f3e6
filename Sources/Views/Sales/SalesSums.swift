import JSON
import LMDB

/// Sums of a chunk's things over the rows of a range.
struct SalesSums {
    private(set) var sums: [SalesCounters]
    /// Indexes of the things that have some.
    private(set) var indexes: [UInt32] = []
    private var isSummed: [Bool]

    init(entries: UInt32) {
        sums = Array(repeating: SalesCounters(), count: Int(entries))
        isSummed = Array(repeating: false, count: Int(entries))
    }

    mutating func clear() {
        for index in indexes {
            sums[Int(index)] = SalesCounters()
            isSummed[Int(index)] = false
        }
        indexes.removeAll(keepingCapacity: true)
    }

    mutating func add(_ entry: SalesEntry) {
        let index = Int(entry.index)
        sums[index].add(entry.counters)
        if isSummed[index] { return }
        isSummed[index] = true
        indexes.append(entry.index)
    }

    /// Adds the entries of a row. `category` is 0 for those of all categories, a number + 1 for its own; nil adds every
    /// entry.
    mutating func add(_ row: RawSpan, isRanked: Bool, category: UInt32?) {
        var reader = SalesRowReader(row, isRanked: isRanked)
        let entries = UInt32(sums.count)
        while reader.next() {
            var entry = reader.entry
            if entry.index >= entries {
                // Sellers by category stand behind all sellers.
                if category == 0 { return }
                entry.index -= entries
            }
            if category == nil || entry.category == category { add(entry) }
        }
    }
}
