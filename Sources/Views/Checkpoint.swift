import JSON
import LMDB

/// Which log a build was made from and how far: committed in the same transaction as the rows. A build without one holds
/// a part of a batch.
public struct Checkpoint: Equatable, Sendable {
    public var identityHigh: UInt64 = 0
    public var identityLow: UInt64 = 0
    /// In which the event at `position` was written.
    public var epoch: UInt64 = 0
    public var position: UInt64 = 0

    public init() {}

    public init(identityHigh: UInt64, identityLow: UInt64, epoch: UInt64, position: UInt64) {
        (self.identityHigh, self.identityLow, self.epoch, self.position) = (identityHigh, identityLow, epoch, position)
    }

    private static let key: [UInt8] = Array("checkpoint".utf8)
    private static let talliesKey: [UInt8] = Array("tallies".utf8)

    init(_ value: RawSpan) {
        identityHigh = value.bigEndian(0)
        identityLow = value.bigEndian(8)
        position = value.bigEndian(16)
        // From before there were epochs: all events had the first, which is the high half of the identity.
        epoch = value.byteCount >= 32 ? value.bigEndian(24) : identityHigh
    }

    static func read<Source: RowSource & ~Copyable>(_ source: borrowing Source, _ tables: ViewTables)
        throws(LMDBError) -> Checkpoint?
    {
        try read(source, meta: tables.meta)
    }

    static func read<Source: RowSource & ~Copyable>(_ source: borrowing Source, meta: Table) throws(LMDBError)
        -> Checkpoint?
    {
        guard let value = try source.get(meta, key.span.bytes) else { return nil }
        return Checkpoint(value)
    }

    func write(_ transaction: inout WriteTransaction, _ tables: ViewTables) throws(LMDBError) {
        var value = ByteWriter(capacity: 32)
        value.append(bigEndian: identityHigh)
        value.append(bigEndian: identityLow)
        value.append(bigEndian: position)
        value.append(bigEndian: epoch)
        try transaction.put(tables.meta, Checkpoint.key.span.bytes, value.bytes)
    }

    /// From then on the build is at no position.
    static func remove(_ transaction: inout WriteTransaction, _ tables: ViewTables) throws(LMDBError) {
        try transaction.delete(tables.meta, key.span.bytes)
    }

    // MARK: Tallies

    static func readTallies<Source: RowSource & ~Copyable>(_ source: borrowing Source, _ tables: ViewTables)
        throws(LMDBError) -> [Tally]
    {
        guard let value = try source.get(tables.meta, talliesKey.span.bytes) else {
            return ViewTable.allCases.map { _ in Tally() }
        }
        return tallies(value)
    }

    private static func tallies(_ value: RawSpan) -> [Tally] {
        var tallies: [Tally] = []
        for table in ViewTable.allCases {
            var tally = Tally()
            tally.rows = value.bigEndian(table.index * 24)
            tally.digest =
                UInt128(value.bigEndian(table.index * 24 + 8)) << 64 | UInt128(value.bigEndian(table.index * 24 + 16))
            tallies.append(tally)
        }
        return tallies
    }

    static func writeTallies(_ tallies: [Tally], _ transaction: inout WriteTransaction, _ tables: ViewTables)
        throws(LMDBError)
    {
        var value = ByteWriter(capacity: 24 * tallies.count)
        for tally in tallies {
            value.append(bigEndian: tally.rows)
            value.append(bigEndian: UInt64(truncatingIfNeeded: tally.digest >> 64))
            value.append(bigEndian: UInt64(truncatingIfNeeded: tally.digest))
        }
        try transaction.put(tables.meta, talliesKey.span.bytes, value.bytes)
    }
}
