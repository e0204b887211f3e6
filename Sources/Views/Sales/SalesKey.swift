import JSON

/// Which sales a row of the table `sales` counts: of what, over which time.
///
/// | bytes | field |
/// |---|---|
/// | 1 | kind |
/// | 1 | period: 0 all time, 1 a month, 2 a day |
/// | 4 | chunk: the number of the thing by the entries of a chunk |
/// | 4 | number of the period, sign bit flipped: 0, months since year 0, days since 1970 |
///
/// Big endian, so that a chunk's days stand together in order.
struct SalesKey: Equatable {
    /// What is counted apart. Raw values are stored in rows.
    enum Kind: UInt8 {
        /// All sales.
        case day = 0
        case category = 1
        case seller = 2
        case product = 3

        /// The periods that rows are kept for. A month saves reading thirty days.
        var periods: [Period] {
            switch self {
            case .day: [.day]
            case .category, .seller, .product: [.all, .month, .day]
            }
        }
    }

    enum Period: UInt8 {
        case all = 0
        case month = 1
        case day = 2
    }

    var kind: Kind
    var period: Period
    var chunk: UInt32
    var number: Int32

    static let bytes = 10

    /// How many things share a row. A sale rewrites its row, so rows that hold most of their things are short; those of
    /// a product's days and months hold few.
    static func chunkEntries(_ kind: Kind, _ period: Period) -> UInt32 {
        switch kind {
        case .day: 1
        case .category, .seller: 32
        case .product: period == .all ? 256 : 1_024
        }
    }

    func append(to key: inout ByteWriter) {
        key.append(byte: kind.rawValue)
        key.append(byte: period.rawValue)
        key.append(bigEndian: chunk)
        key.append(bigEndian: SalesKey.ordered(number))
    }

    init(_ kind: Kind, _ period: Period, chunk: UInt32, _ number: Int32) {
        (self.kind, self.period, self.chunk, self.number) = (kind, period, chunk, number)
    }

    init(_ key: RawSpan) {
        precondition(key.byteCount == SalesKey.bytes, "a sales row has a key of another length")
        guard let kind = Kind(rawValue: key.unsafeLoad(fromByteOffset: 0, as: UInt8.self)),
            let period = Period(rawValue: key.unsafeLoad(fromByteOffset: 1, as: UInt8.self))
        else { preconditionFailure("a sales row is of no known kind") }
        (self.kind, self.period) = (kind, period)
        chunk = UInt32(bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: 2, as: UInt32.self))
        number = Int32(
            bitPattern: UInt32(bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: 6, as: UInt32.self)) ^ 1 << 31)
    }

    /// Whose unsigned order is the order of periods.
    static func ordered(_ number: Int32) -> UInt32 { UInt32(bitPattern: number) ^ 1 << 31 }
}
