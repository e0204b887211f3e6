import JSON
import LMDB
import POSIX

/// The open tables of `decisions/`.
struct DecisionTables: Sendable {
    private let tables: [Table]

    init(_ transaction: inout WriteTransaction) throws(LMDBError) {
        var tables: [Table] = []
        for table in DecisionTable.allCases { tables.append(try transaction.table(table.name)) }
        self.tables = tables
    }

    subscript(_ table: DecisionTable) -> Table { tables[table.rawValue] }
}

/// `decisions/`: the write side's state up to a position of the log. Derived: it can be deleted and folded again.
final class DecisionStore: Sendable {
    /// Change it with any row of `StateCodec`: state of another format is folded again.
    private static let formatVersion: UInt64 = 3
    private static let checkpointKey: [UInt8] = Array("checkpoint".utf8)

    let environment: Environment
    let tables: DecisionTables

    init(path: String) throws(LMDBError) {
        var options = Environment.Options()
        options.mapBytes = 256 << 30
        options.readersMax = 16
        environment = try Environment(path: path, options: options)
        var transaction = try environment.beginWrite()
        tables = try DecisionTables(&transaction)
        try transaction.commit()
    }

    /// Which log the state was folded from and how far.
    struct Checkpoint: Equatable {
        var identityHigh: UInt64
        var identityLow: UInt64
        /// In which the event at `position` was written.
        var epoch: UInt64
        var position: UInt64
        /// The tally of all rows: it proves a state that was not closed.
        var tally = Tally()
    }

    /// Nil for a new store, or for one of another format.
    func checkpoint<Source: RowSource & ~Copyable>(_ source: borrowing Source) throws(LMDBError) -> Checkpoint? {
        guard let stored = try DecisionStore.stored(source, tables[.meta]),
            stored.version == DecisionStore.formatVersion
        else {
            return nil
        }
        return stored.checkpoint
    }

    private static func stored<Source: RowSource & ~Copyable>(
        _ source: borrowing Source, _ meta: Table
    ) throws(LMDBError) -> (version: UInt64, checkpoint: Checkpoint)? {
        guard let row = try source.get(meta, checkpointKey.span.bytes), row.byteCount >= 32 else { return nil }
        var reader = StateReader(row)
        let (version, high) = (reader.integer(UInt64.self), reader.integer(UInt64.self))
        let (low, position) = (reader.integer(UInt64.self), reader.integer(UInt64.self))
        // From before there were epochs: all events had the first, which is the high half of the identity.
        let epoch = row.byteCount >= 40 ? reader.integer(UInt64.self) : high
        var checkpoint = Checkpoint(identityHigh: high, identityLow: low, epoch: epoch, position: position)
        if row.byteCount >= 64 {
            checkpoint.tally.rows = reader.integer(UInt64.self)
            checkpoint.tally.digest = reader.integer(UInt128.self)
        }
        return (version, checkpoint)
    }

    /// Whether the rows in `path` are those that the kept tally was counted from, by a scan of all. Damaged pages may end the
    /// process. State of another format is left to whoever folds it anew.
    static func isProven(path: String) -> Bool {
        do throws(LMDBError) {
            var options = Environment.Options()
            options.isReadOnly = true
            let environment = try Environment(path: path, options: options)
            let transaction = try environment.beginRead()
            guard let meta = try transaction.table(DecisionTable.meta.name),
                let stored = try stored(transaction, meta)
            else { return false }
            guard stored.version == formatVersion else { return true }
            var tally = Tally()
            for table in DecisionTable.allCases where table != .meta {
                guard let opened = try transaction.table(table.name) else { return false }
                var cursor = try transaction.cursor(opened)
                var isRow = try cursor.first()
                // Pages that lead in a circle have more rows than that.
                while isRow, tally.rows <= stored.checkpoint.tally.rows {
                    tally.add(table: table.number, cursor.key, cursor.value)
                    isRow = try cursor.next()
                }
            }
            guard tally == stored.checkpoint.tally else { return false }
            return try transaction.isFreeListSound()
        } catch {
            return false
        }
    }

    /// The checkpoint of the state in `path`, whatever its format; nil when there is none that can be read.
    static func claim(path: String) -> Checkpoint? {
        var options = Environment.Options()
        options.isReadOnly = true
        guard let environment = try? Environment(path: path, options: options),
            let transaction = try? environment.beginRead(), let meta = try? transaction.table(DecisionTable.meta.name)
        else { return nil }
        return try? stored(transaction, meta)?.checkpoint
    }

    /// Makes an empty store that of a log, at position 0: whole, also when the process ends before anything is folded.
    func begin(_ identityHigh: UInt64, _ identityLow: UInt64, epoch: UInt64) throws(LMDBError) {
        var transaction = try environment.beginWrite()
        try write(
            Checkpoint(identityHigh: identityHigh, identityLow: identityLow, epoch: epoch, position: 0),
            to: &transaction)
        try transaction.commit()
    }

    func write(_ checkpoint: Checkpoint, to transaction: inout WriteTransaction) throws(LMDBError) {
        var row = ByteWriter(capacity: 64)
        row.append(littleEndian: DecisionStore.formatVersion)
        row.append(littleEndian: checkpoint.identityHigh)
        row.append(littleEndian: checkpoint.identityLow)
        row.append(littleEndian: checkpoint.position)
        row.append(littleEndian: checkpoint.epoch)
        row.append(littleEndian: checkpoint.tally.rows)
        row.append(littleEndian: UInt64(truncatingIfNeeded: checkpoint.tally.digest))
        row.append(littleEndian: UInt64(truncatingIfNeeded: checkpoint.tally.digest >> 64))
        try transaction.put(tables[.meta], DecisionStore.checkpointKey.span.bytes, row.bytes)
    }
}
