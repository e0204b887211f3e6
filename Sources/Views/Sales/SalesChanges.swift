import JSON
import POSIX

/// What a batch changed in the table `sales`, folded: each row is read once and written once, however many orders
/// change it.
struct SalesChanges: ~Copyable {
    struct Change {
        /// Kind, period, chunk and number as in `SalesKey`, then the entry's index and category: in the order of rows and
        /// of the entries in them.
        var order: UInt128
        var counters: SalesCounters
    }

    /// The entries of a row that a batch changed, in order.
    struct Row {
        var key: SalesKey
        var entries: [SalesEntry]

        /// The row with the changes in it; without entries when nothing is left.
        func applied(to stored: RawSpan?) -> SalesRowWriter {
            let isRanked = key.isRanked
            var writer = SalesRowWriter(isRanked: isRanked, capacity: 64 + 16 * entries.count)
            var next = 0
            if let stored {
                var reader = SalesRowReader(stored, isRanked: isRanked)
                while reader.next() {
                    var entry = reader.entry
                    while next < entries.count, entries[next].isBefore(entry) {
                        writer.append(entries[next])
                        next += 1
                    }
                    if next < entries.count, !entry.isBefore(entries[next]) {
                        entry.counters.add(entries[next].counters)
                        next += 1
                    }
                    writer.append(entry)
                }
            }
            for entry in entries[next...] { writer.append(entry) }
            writer.finish()
            return writer
        }
    }

    /// So many changes are held before rows are written: with 48 bytes each they take at most 48 MiB.
    static let changesMax = 1 << 20

    private var changes = LargeArray<Change>()

    var isFull: Bool { changes.count >= SalesChanges.changesMax }
    /// When folding helps little.
    var isHalfFull: Bool { changes.count >= SalesChanges.changesMax / 2 }

    /// `number` is the thing's, `category` 0 or a category's number + 1.
    mutating func add(
        _ kind: SalesKey.Kind, _ number: UInt32, category: UInt32, day: Int32, month: Int32, _ counters: SalesCounters
    ) {
        for period in kind.periods {
            let entries = SalesKey.chunkEntries(kind, period)
            let periodNumber: Int32 =
                switch period {
                case .all: 0
                case .month: month
                case .day: day
                }
            var order = UInt128(kind.rawValue) << 120 | UInt128(period.rawValue) << 112
            order |= UInt128(number / entries) << 80 | UInt128(SalesKey.ordered(periodNumber)) << 48
            let isApart = kind == .seller && category > 0
            order |= UInt128(number % entries + (isApart ? entries : 0)) << 32 | UInt128(category)
            changes.append(Change(order: order, counters: counters))
        }
    }

    /// Adds up the changes of each entry.
    mutating func fold() {
        let count = changes.withElements { elements in
            var changes = elements
            changes.sort { $0.order < $1.order }
            var last = -1
            for change in changes {
                if last >= 0, changes[last].order == change.order {
                    changes[last].counters.add(change.counters)
                } else {
                    last += 1
                    changes[last] = change
                }
            }
            return last + 1
        }
        changes.removeLast(changes.count - count)
    }

    /// Gives every changed row once, in key order, and forgets them.
    mutating func drain(_ body: (Row) throws(ViewError) -> Void) throws(ViewError) {
        fold()
        var index = 0
        while index < changes.count {
            let first = changes[index].order
            var row = Row(key: SalesChanges.key(first), entries: [])
            while index < changes.count, changes[index].order >> 48 == first >> 48 {
                let change = changes[index]
                row.entries.append(
                    SalesEntry(
                        index: UInt32(truncatingIfNeeded: change.order >> 32 & 0xFFFF),
                        category: UInt32(truncatingIfNeeded: change.order), counters: change.counters))
                index += 1
            }
            try body(row)
        }
        changes.removeAll()
    }

    private static func key(_ order: UInt128) -> SalesKey {
        SalesKey(
            SalesKey.Kind(rawValue: UInt8(truncatingIfNeeded: order >> 120))!,
            SalesKey.Period(rawValue: UInt8(truncatingIfNeeded: order >> 112))!,
            chunk: UInt32(truncatingIfNeeded: order >> 80),
            Int32(bitPattern: UInt32(truncatingIfNeeded: order >> 48) ^ 1 << 31))
    }
}

extension SalesEntry {
    fileprivate func isBefore(_ other: SalesEntry) -> Bool { (index, category) < (other.index, other.category) }
}
