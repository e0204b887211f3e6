import JSON
import LMDB

/// Sums of a chunk's things over the rows of a range.
struct SalesSums {
    private var sums: [SalesCounters]
    /// A bit for each thing that has some, 64 a word.
    private var summed: [UInt64]

    init(entries: UInt32) {
        sums = Array(repeating: SalesCounters(), count: Int(entries))
        summed = Array(repeating: 0, count: (Int(entries) + 63) / 64)
    }

    /// Adds to the thing at a place of the chunk.
    mutating func add(_ index: UInt32, _ counters: SalesCounters) {
        let index = Int(index)
        sums[index].add(counters)
        summed[index >> 6] |= 1 << UInt64(index & 63)
    }

    /// Adds the entries of a row and gives how many bytes were read. `category` is 0 for those of all categories, a
    /// number + 1 for its own; nil adds every entry.
    mutating func add(_ row: RawSpan, isRanked: Bool, category: UInt32?) -> Int {
        SalesSums.add(row, isRanked: isRanked, category, to: &sums, &summed)
    }

    private static func add(
        _ row: RawSpan, isRanked: Bool, _ category: UInt32?, to sums: inout [SalesCounters], _ summed: inout [UInt64]
    ) -> Int {
        var reader = SalesRowReader(row, isRanked: isRanked)
        var sums = sums.mutableSpan
        var summed = summed.mutableSpan
        let entries = UInt32(truncatingIfNeeded: sums.count)
        while reader.next() {
            var index = reader.entry.index
            if index >= entries {
                // Sellers by category stand behind all sellers.
                if category == 0 { break }
                index -= entries
            }
            if category == nil || reader.entry.category == category {
                sums[Int(index)].add(reader.entry.counters)
                summed[Int(index >> 6)] |= 1 &<< UInt64(index & 63)
            }
        }
        return reader.offset
    }

    /// Gives each thing that has some, by its place in the chunk, and clears all.
    mutating func drain(_ body: (_ index: UInt32, SalesCounters) throws(LMDBError) -> Void) throws(LMDBError) {
        for word in summed.indices {
            while summed[word] != 0 {
                let index = 64 * word + summed[word].trailingZeroBitCount
                summed[word] &= summed[word] &- 1
                let counters = sums[index]
                sums[index] = SalesCounters()
                try body(UInt32(index), counters)
            }
        }
    }
}
