import JSON

/// The sales of a chunk's things in a period, of those that had some, in the order of thing and category.
///
/// Rows of products over all time begin with the highest revenue of a product in them (16 bytes, little endian), so that a
/// search for the best passes over most. An entry is five numbers in LEB128:
///
/// | field |
/// |---|
/// | the thing's place in its chunk, less that of the entry before (or 0) |
/// | 0 for all categories, else the category's number + 1 |
/// | orders |
/// | units |
/// | revenue, minor units |
///
/// Entries of products are by category only, those of categories and days all. Sellers have both, first all of them over all
/// categories, then by category: in these a seller's place is behind those of the chunk, so that who does not want them
/// need not read them.
struct SalesEntry {
    var index: UInt32
    var category: UInt32
    var counters: SalesCounters
}

extension SalesKey {
    /// Whether a row begins with the highest revenue in it.
    var isRanked: Bool { kind == .product && period == .all }
}

/// Writes a row, entry by entry.
struct SalesRowWriter: ~Copyable {
    static let rankBytes = 16

    private(set) var row: ByteWriter
    private let isRanked: Bool
    private var index: UInt32 = 0
    private var highest = Int128.min
    private var current: Int128 = 0
    private(set) var isEmpty = true

    init(isRanked: Bool, capacity: Int) {
        row = ByteWriter(capacity: capacity)
        self.isRanked = isRanked
        if isRanked { row.append(littleEndian: Int128(0)) }
    }

    /// Entries come in order; one of no sales is left out.
    mutating func append(_ entry: SalesEntry) {
        if entry.counters.isZero { return }
        append(varint: UInt64(entry.index - index))
        append(varint: UInt64(entry.category))
        append(varint: UInt64(bitPattern: entry.counters.orders))
        append(varint: UInt64(bitPattern: entry.counters.units))
        var rest = UInt128(bitPattern: entry.counters.revenue)
        while rest > 0x7F {
            row.append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        row.append(byte: UInt8(truncatingIfNeeded: rest))
        if isEmpty || entry.index != index { current = 0 }
        current &+= entry.counters.revenue
        highest = max(highest, current)
        index = entry.index
        isEmpty = false
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7F {
            row.append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        row.append(byte: UInt8(truncatingIfNeeded: rest))
    }

    /// Completes the row.
    mutating func finish() {
        guard isRanked else { return }
        withUnsafeBytes(of: highest.littleEndian) { row.overwrite(at: 0, with: $0) }
    }
}

/// Reads a row in place, entry by entry. Rows come from the environment, so one that ends early is damage and traps.
struct SalesRowReader: ~Escapable {
    private let row: RawSpan
    /// How far it has read, in bytes.
    private(set) var offset: Int
    private(set) var entry = SalesEntry(index: 0, category: 0, counters: SalesCounters())

    @_lifetime(copy row)
    init(_ row: RawSpan, isRanked: Bool) {
        self.row = row
        offset = isRanked ? SalesRowWriter.rankBytes : 0
    }

    static func highestRevenue(_ row: RawSpan) -> Int128 {
        Int128(littleEndian: row.unsafeLoadUnaligned(fromCheckedByteOffset: 0, as: Int128.self))
    }

    /// Moves to the next entry; false at the row's end.
    @_lifetime(self: copy self)
    @inline(__always)
    mutating func next() -> Bool {
        guard offset < row.byteCount else { return false }
        entry.index &+= UInt32(truncatingIfNeeded: number())
        entry.category = UInt32(truncatingIfNeeded: number())
        entry.counters.orders = Int64(bitPattern: number())
        entry.counters.units = Int64(bitPattern: number())
        entry.counters.revenue = revenue()
        return true
    }

    private var byte: UInt8 {
        @_lifetime(self: copy self)
        mutating get {
            precondition(offset < row.byteCount, "a sales row ends within an entry")
            // Safe: the offset is within the row.
            let byte = unsafe row.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
            offset &+= 1
            return byte
        }
    }

    @_lifetime(self: copy self)
    @inline(__always)
    private mutating func number() -> UInt64 {
        var byte = self.byte
        var value = UInt64(byte & 0x7F)
        var shift: UInt64 = 7
        while byte & 0x80 != 0 {
            byte = self.byte
            value |= UInt64(byte & 0x7F) &<< shift
            shift &+= 7
        }
        return value
    }

    /// Mostly of four bytes, and never of more than nineteen.
    @_lifetime(self: copy self)
    @inline(__always)
    private mutating func revenue() -> Int128 {
        var low: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let byte = self.byte
            low |= UInt64(byte & 0x7F) &<< shift
            if byte & 0x80 == 0 { return Int128(low) }
        }
        var value = UInt128(low)
        var shift: UInt128 = 63
        while true {
            let byte = self.byte
            value |= UInt128(byte & 0x7F) &<< shift
            shift &+= 7
            if byte & 0x80 == 0 { return Int128(bitPattern: value) }
        }
    }
}
