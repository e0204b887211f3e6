import LMDB

/// One counter for each category, or for each user, kept from query to query so that none waits for fresh memory.
final class FacetCounters {
    /// Counters of one kind of thing, by number.
    final class Counters {
        private(set) var memory = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
        private(set) var count = 0

        deinit { memory.deallocate() }

        /// Sets so many counters to 0.
        func clear(_ count: Int) {
            reserve(count)
            self.count = count
            memory.baseAddress?.update(repeating: 0, count: count)
        }

        /// Sets so many counters to the entries of a column of four bytes each.
        func fill(_ count: Int, from column: Column, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot)
            throws(LMDBError)
        {
            reserve(count)
            self.count = count
            try columns.findAll(column, snapshot)
            for chunk in 0..<Column.chunks(of: count) {
                let first = chunk * column.chunkEntries
                let entries = try columns.chunk(column, chunk, snapshot)
                // Safe: a chunk holds as many entries, and no more are copied than there are counters.
                UnsafeMutableRawPointer(memory.baseAddress! + first)
                    .copyMemory(from: entries, byteCount: 4 * min(column.chunkEntries, count - first))
            }
        }

        private func reserve(_ count: Int) {
            guard count > memory.count else { return }
            memory.deallocate()
            memory = .allocate(capacity: 2 * count)
        }
    }

    let categories = Counters()
    let sellers = Counters()
}
