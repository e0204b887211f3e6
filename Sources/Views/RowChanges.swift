import CXXHash
import Glibc

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

    /// One change that is left. The bytes lie in the changes' memory.
    struct Change {
        fileprivate var before: Before
        /// The key's first sixteen bytes as a number that sorts as they do; a number's key is its own.
        fileprivate var rank: UInt128
        fileprivate var keyStart: Int
        fileprivate var valueStart: Int
        fileprivate var keyLength: Int32
        /// Below 0 when the row is to go.
        fileprivate var valueLength: Int32
        let table: ViewTable
    }

    /// Whether the row was there when the batch began. Only list rows are known without a look.
    fileprivate enum Before { case unknown, absent, present }

    private struct Slot {
        /// Of table and key. Most others that stand in the way are told by it, without a look at their bytes.
        var hash: UInt32
        /// Of the change; -1 where the slot is empty.
        var index: Int32

        static let empty = Slot(hash: 0, index: -1)
    }

    private var changes: [Change] = []
    /// Open addressing.
    private var slots: [Slot]
    /// Keys hold ids that clients choose: so nobody knows beforehand which have one hash.
    private let seed = UInt64.random(in: 0 ... .max)
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0

    init() {
        slots = [Slot](repeating: .empty, count: 256)
        capacity = 16 << 10
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    var count: Int { changes.count }
    var bytes: Int { used }

    // MARK: Changing

    func find(_ table: ViewTable, _ key: UnsafeRawBufferPointer) -> Found {
        guard !changes.isEmpty else { return .unchanged }
        let slot = slots[slot(table, key, hash(table, key))]
        guard slot.index >= 0 else { return .unchanged }
        let change = changes[Int(slot.index)]
        guard change.valueLength >= 0 else { return .absent }
        return .present(
            UnsafeRawBufferPointer(start: memory + change.valueStart, count: Int(change.valueLength)))
    }

    mutating func put(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) {
        let index = entry(table, key, ifNew: table.isList ? .absent : .unknown)
        let length = value.byteCount
        // A value that is not longer takes the place of the one before it.
        let start = length <= max(0, Int(changes[index].valueLength)) ? changes[index].valueStart : reserve(length)
        value.withUnsafeBytes { if length > 0 { memcpy(memory + start, $0.baseAddress!, length) } }
        changes[index].valueStart = start
        changes[index].valueLength = Int32(length)
    }

    mutating func delete(_ table: ViewTable, _ key: RawSpan) {
        let index = entry(table, key, ifNew: table.isList ? .present : .unknown)
        changes[index].valueLength = -1
    }

    private mutating func entry(_ table: ViewTable, _ key: RawSpan, ifNew before: Before) -> Int {
        if changes.count * 2 >= slots.count { grow() }
        let (hash, slot) = key.withUnsafeBytes {
            let hash = self.hash(table, $0)
            return (hash, self.slot(table, $0, hash))
        }
        if slots[slot].index >= 0 { return Int(slots[slot].index) }
        let start = reserve(key.byteCount)
        key.withUnsafeBytes { if !$0.isEmpty { memcpy(memory + start, $0.baseAddress!, $0.count) } }
        changes.append(
            Change(
                before: before, rank: RowChanges.rank(table, key), keyStart: start, valueStart: 0,
                keyLength: Int32(key.byteCount), valueLength: -1, table: table))
        slots[slot] = Slot(hash: hash, index: Int32(changes.count - 1))
        return changes.count - 1
    }

    private func hash(_ table: ViewTable, _ key: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: XXH3_64bits_withSeed(key.baseAddress, key.count, seed &+ UInt64(table.rawValue)))
    }

    /// The slot of a key: that of its change, or the empty one for it.
    private func slot(_ table: ViewTable, _ key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place].index >= 0 {
            if slots[place].hash == hash {
                let change = changes[Int(slots[place].index)]
                if change.table == table, Int(change.keyLength) == key.count,
                    key.isEmpty || memcmp(memory + change.keyStart, key.baseAddress!, key.count) == 0
                {
                    return place
                }
            }
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        let full = slots
        slots = [Slot](repeating: .empty, count: full.count * 4)
        let mask = slots.count - 1
        for slot in full where slot.index >= 0 {
            var place = Int(slot.hash) & mask
            while slots[place].index >= 0 { place = (place + 1) & mask }
            slots[place] = slot
        }
    }

    private mutating func reserve(_ count: Int) -> Int {
        if used + count > capacity {
            capacity = max(capacity * 2, used + count)
            memory = realloc(memory, capacity)!
        }
        used += count
        return used - count
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

    /// Gives what is left by table and key, and forgets it: the value, or nil for a row that goes, and whether the row was
    /// there before, nil where only a look can tell.
    mutating func drain<Failure: Error>(
        _ body: (ViewTable, _ key: RawSpan, _ value: RawSpan?, _ wasThere: Bool?) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = UnsafeRawPointer(memory)
        changes.sort { left, right in
            if left.table != right.table { return left.table.rawValue < right.table.rawValue }
            if left.rank != right.rank { return left.rank < right.rank }
            let order = memcmp(
                memory + left.keyStart, memory + right.keyStart, Int(min(left.keyLength, right.keyLength)))
            return order < 0 || order == 0 && left.keyLength < right.keyLength
        }
        for change in changes {
            let isThere = change.valueLength >= 0
            let wasThere: Bool? =
                switch change.before {
                case .unknown: nil
                case .absent: false
                case .present: true
                }
            // A list row is its key, so one that is there again is as it was.
            if wasThere == isThere { continue }
            let key = RawSpan(_unsafeStart: memory + change.keyStart, byteCount: Int(change.keyLength))
            if isThere {
                let value = RawSpan(_unsafeStart: memory + change.valueStart, byteCount: Int(change.valueLength))
                try body(change.table, key, value, wasThere)
            } else {
                try body(change.table, key, nil, wasThere)
            }
        }
        changes.removeAll(keepingCapacity: true)
        slots = [Slot](repeating: .empty, count: slots.count)
        used = 0
    }
}
