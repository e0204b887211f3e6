import CXXHash
import Glibc
import POSIX

/// What a batch did to rows and has not put into LMDB yet.
///
/// A row that changes often in a batch is looked up and put once, a list row that comes and goes is never put at all, and what
/// is left goes in by the order of the keys. At a million products a random row costs LMDB about 11 µs, here a tenth.
struct RowChanges: ~Copyable {
    /// What is there now, as far as the batch knows.
    enum Found {
        case unchanged
        case absent
        case present(UnsafeRawBufferPointer)
    }

    /// A key in `bytes`, and where it stands among others.
    struct Key {
        /// The key's first sixteen bytes as a number that sorts as they do; a number's key is its own.
        var rank: UInt128
        var start: Int
        var length: UInt16
        let table: ViewTable

        func precedes(_ other: Key, _ bytes: UnsafePointer<UInt8>) -> Bool {
            if table != other.table { return table.rawValue < other.table.rawValue }
            if rank != other.rank { return rank < other.rank }
            let order = compare(other, bytes)
            return order < 0 || order == 0 && length < other.length
        }

        func isSame(_ other: Key, _ bytes: UnsafePointer<UInt8>) -> Bool {
            table == other.table && length == other.length && rank == other.rank && compare(other, bytes) == 0
        }

        /// Of two that have one rank.
        private func compare(_ other: Key, _ bytes: UnsafePointer<UInt8>) -> Int32 {
            let shared = Int(min(length, other.length))
            return shared > 16 ? memcmp(bytes + start + 16, bytes + other.start + 16, shared - 16) : 0
        }
    }

    /// A row as the batch leaves it.
    struct Row {
        var key: Key
        var valueStart = 0
        /// Below 0 when the row is to go.
        var valueLength = -1
    }

    /// A list row that came or went. Nobody asks for one before the batch is written, and it comes only where it is not:
    /// so they are collected as they are, and what is left of those with one key is found when they are in order.
    struct ListChange {
        var key: Key
        var isThere: Bool
    }

    struct Slot {
        /// Of table and key. Most others that stand in the way are told by it, without a look at their bytes.
        var hash: UInt32
        /// Of the row; -1 where the slot is empty.
        var index: Int32

        static let empty = Slot(hash: 0, index: -1)
    }

    private var rows = LargeArray<Row>()
    private var listChanges = LargeArray<ListChange>()
    /// Open addressing.
    private var slots = LargeArray(repeating: Slot.empty, count: 256)
    /// Keys hold ids that clients choose: so nobody knows beforehand which have one hash.
    private let seed = UInt64.random(in: 0 ... .max)
    /// Of keys and values.
    private var bytes = LargeArray<UInt8>(capacity: 16 << 10)

    init() {}

    var count: Int { rows.count + listChanges.count }
    var byteCount: Int { bytes.count }

    // MARK: Changing

    /// Of a row that is no list's.
    func find(_ table: ViewTable, _ key: UnsafeRawBufferPointer) -> Found {
        guard rows.count > 0 else { return .unchanged }
        let slot = slots[slot(table, key, hash(table, key))]
        guard slot.index >= 0 else { return .unchanged }
        let row = rows[Int(slot.index)]
        guard row.valueLength >= 0 else { return .absent }
        return .present(UnsafeRawBufferPointer(start: bytes.elements + row.valueStart, count: row.valueLength))
    }

    mutating func put(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) {
        if table.isList { return noteList(table, key, isThere: true) }
        let index = row(table, key)
        var row = rows[index]
        // A value that is not longer takes the place of the one before it.
        if value.byteCount <= row.valueLength {
            bytes.replace(at: row.valueStart, with: value)
        } else {
            row.valueStart = bytes.append(value)
        }
        row.valueLength = value.byteCount
        rows[index] = row
    }

    mutating func delete(_ table: ViewTable, _ key: RawSpan) {
        if table.isList { return noteList(table, key, isThere: false) }
        rows[row(table, key)].valueLength = -1
    }

    private mutating func noteList(_ table: ViewTable, _ key: RawSpan, isThere: Bool) {
        listChanges.append(ListChange(key: keep(table, key), isThere: isThere))
    }

    private mutating func row(_ table: ViewTable, _ key: RawSpan) -> Int {
        if rows.count * 2 >= slots.count { grow() }
        let (hash, slot) = key.withUnsafeBytes {
            let hash = self.hash(table, $0)
            return (hash, self.slot(table, $0, hash))
        }
        if slots[slot].index >= 0 { return Int(slots[slot].index) }
        rows.append(Row(key: keep(table, key)))
        slots[slot] = Slot(hash: hash, index: Int32(rows.count - 1))
        return rows.count - 1
    }

    private mutating func keep(_ table: ViewTable, _ key: RawSpan) -> Key {
        Key(
            rank: RowChanges.rank(table, key), start: bytes.append(key), length: UInt16(key.byteCount), table: table)
    }

    private func hash(_ table: ViewTable, _ key: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: XXH3_64bits_withSeed(key.baseAddress, key.count, seed &+ UInt64(table.rawValue)))
    }

    /// The slot of a key: that of its row, or the empty one for it.
    private func slot(_ table: ViewTable, _ key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place].index >= 0 {
            if slots[place].hash == hash {
                let there = rows[Int(slots[place].index)].key
                if there.table == table, Int(there.length) == key.count,
                    key.isEmpty || memcmp(bytes.elements + there.start, key.baseAddress!, key.count) == 0
                {
                    return place
                }
            }
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        var grown = LargeArray(repeating: Slot.empty, count: slots.count * 4)
        let mask = grown.count - 1
        for index in 0..<slots.count where slots[index].index >= 0 {
            var place = Int(slots[index].hash) & mask
            while grown[place].index >= 0 { place = (place + 1) & mask }
            grown[place] = slots[index]
        }
        slots = grown
    }

    /// Keys of numbers are in the machine's byte order, and LMDB compares them as numbers.
    private static func rank(_ table: ViewTable, _ key: RawSpan) -> UInt128 {
        if table.isKeyedByNumber { return UInt128(key.unsafeLoadUnaligned(as: UInt64.self)) }
        var rank: UInt128 = 0
        withUnsafeMutableBytes(of: &rank) { rank in
            key.withUnsafeBytes { rank.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(16))) }
        }
        return UInt128(bigEndian: rank)
    }

    // MARK: Draining

    /// Gives what is left, in the order of tables and keys but lists last: the value, or nil for a row that goes, and whether the row was there before, nil where only a look can tell.
    consuming func drain<Failure: Error>(
        _ body: (ViewTable, _ key: RawSpan, _ value: RawSpan?, _ wasThere: Bool?) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = bytes.elements
        // Safe: the bytes stay where they are until the end, and no span outlives its call of `body`.
        try rows.withElements { rows throws(Failure) in
            var rows = rows
            rows.sort { $0.key.precedes($1.key, memory) }
            for row in rows {
                let key = RawSpan(_unsafeStart: memory + row.key.start, byteCount: Int(row.key.length))
                if row.valueLength < 0 {
                    try body(row.key.table, key, nil, nil)
                } else {
                    let value = RawSpan(_unsafeStart: memory + row.valueStart, byteCount: row.valueLength)
                    try body(row.key.table, key, value, nil)
                }
            }
        }
        try listChanges.withElements { changes throws(Failure) in
            var changes = changes
            // Those of one key in the order in which they were made, which is that of their bytes.
            changes.sort { left, right in
                if left.key.precedes(right.key, memory) { return true }
                return left.key.isSame(right.key, memory) && left.key.start < right.key.start
            }
            var index = 0
            while index < changes.count {
                let first = changes[index]
                var isThere = first.isThere
                index += 1
                while index < changes.count, changes[index].key.isSame(first.key, memory) {
                    isThere = changes[index].isThere
                    index += 1
                }
                // A row that came first was not there before; one that is there again is as it was.
                guard isThere == first.isThere else { continue }
                let key = RawSpan(_unsafeStart: memory + first.key.start, byteCount: Int(first.key.length))
                if isThere {
                    try body(first.key.table, key, RawSpan(), false)
                } else {
                    try body(first.key.table, key, nil, true)
                }
            }
        }
    }
}
