import JSON
import LMDB
import Marketplace

/// The write side of a build for one batch of events: rows, their tallies, and the partitions that were touched.
///
/// Every change goes through `put` and `delete`, so the tallies are always those of the rows.
public struct ViewWriter: ~Copyable {
    var transaction: WriteTransaction
    let tables: ViewTables
    public private(set) var tallies: [Tally]
    /// What the batch changed, for `Freshness.stamp`.
    public private(set) var touched: Set<Partition> = []
    /// Off where nobody stamps what is touched.
    public var notesTouched = true
    private let commits: Commits
    let currency: Currency
    private var checkpoint: Checkpoint
    private var rows = RowChanges()
    /// What the transaction under way has written, where there are several.
    private var step = (rows: 0, bytes: 0)
    /// When a part of the batch is committed: a test looks there.
    var afterStep: () -> Void = {}
    /// Numbers that were given to new rows which are still in `rows`.
    private var numbersGiven = [UInt64](repeating: 0, count: ViewTable.allCases.count)
    private var chunks = ColumnChunks()
    var sales = SalesChanges()
    /// Users whose orders grew into a set in this batch, and categories and sellers whose products did.
    var grownOrders: Set<OrderSet> = []
    var grownProducts: Set<ProductSet> = []

    init(
        transaction: consuming WriteTransaction, tables: ViewTables, currency: Currency, checkpoint: Checkpoint,
        tallies: [Tally], commits: Commits
    ) {
        self.commits = commits
        self.transaction = transaction
        self.tables = tables
        self.currency = currency
        self.checkpoint = checkpoint
        self.tallies = tallies
    }

    /// Commits rows, tallies and the checkpoint at `position` of the log, in `epoch`: together or, if that is at once, nothing.
    public consuming func commit(position: UInt64, epoch: UInt64) throws(LMDBError) {
        do throws(ViewError) {
            try writeRows()
            try writeChunks()
            try writeSales()
        } catch {
            guard case .storage(let failure) = error else { preconditionFailure("a row was refused: \(error)") }
            throw failure
        }
        (checkpoint.position, checkpoint.epoch) = (position, epoch)
        try checkpoint.write(&transaction, tables)
        try Checkpoint.writeTallies(tallies, &transaction, tables)
        try transaction.commit()
    }

    mutating func touch(_ partition: Partition) {
        if notesTouched { touched.insert(partition) }
    }

    /// The number for a new row of a table that never loses one: they are counted from 0.
    mutating func nextNumber(_ table: ViewTable) -> UInt64 {
        numbersGiven[table.index] += 1
        return tallies[table.index].rows + numbersGiven[table.index] - 1
    }

    /// How a batch gets into the environment.
    public enum Commits: Sendable {
        /// In one transaction: everybody sees all of the batch or nothing.
        case atOnce
        /// In a transaction for every `rowsMax` rows, where nobody reads before the last. The batch may then be as large as
        /// memory takes, and the more events change a page before it is written, the less each of them costs. In between
        /// the build has no checkpoint; opened again then, it is put back to its sync point.
        case inSteps(rowsMax: Int)

        public static let inSteps = Commits.inSteps(rowsMax: ViewWriter.rowsOfStepMax)
    }

    /// Whether the batch holds as much as it should.
    public var isFull: Bool {
        let bytes = rows.byteCount + chunks.byteCount
        return switch commits {
        case .atOnce: rows.count >= ViewWriter.rowsMaxAtOnce || bytes >= ViewWriter.bytesMaxAtOnce
        case .inSteps: rows.count >= ViewWriter.rowsMaxInSteps || bytes >= ViewWriter.bytesMaxInSteps
        }
    }

    /// LMDB keeps the changed pages of a transaction in memory, some three for ten rows, in a sorted list into which it
    /// inserts each: with 100,000 pages that takes a quarter of the time.
    private static let rowsMaxAtOnce = 16_384
    private static let bytesMaxAtOnce = 64 << 20
    private static let rowsOfStepMax = 8_192
    private static let bytesOfStepMax = 64 << 20
    /// Some 240 bytes of memory each, with all that a batch holds. At 1,000,000 products a half as many cost a tenth more time for
    /// an event, twice as many a tenth less.
    private static let rowsMaxInSteps = 2 << 20
    private static let bytesMaxInSteps = 256 << 20

    /// Before each row that is written: begins the next step when this one is full.
    private mutating func countRow(bytes: Int) throws(LMDBError) {
        guard case .inSteps(let rowsMax) = commits else { return }
        if step.rows >= rowsMax || step.bytes >= ViewWriter.bytesOfStepMax {
            try Checkpoint.remove(&transaction, tables)
            try transaction.commitAndContinue()
            step = (0, 0)
            afterStep()
        }
        step.rows += 1
        step.bytes += bytes
    }

    // MARK: Columns

    mutating func setColumn(_ column: Column, _ number: UInt64, to entry: UInt64) throws(ViewError) {
        try updateColumn(column, number) { _ in entry }
    }

    mutating func updateColumn(_ column: Column, _ number: UInt64, _ change: (UInt64) -> UInt64) throws(ViewError) {
        // Taken out while it is changed: reading the stored chunk needs the rest of the writer.
        var changed = ColumnChunks()
        swap(&changed, &chunks)
        defer { swap(&changed, &chunks) }
        try changed.update(
            column, number, stored: { table, key throws(ViewError) in try get(table, key)?.copy() }, change)
    }

    private mutating func writeChunks() throws(ViewError) {
        // Reads the lists: they are all written by now.
        try OrderSetsView.fill(grownOrders, in: &self)
        try ProductSetsView.fill(grownProducts, in: &self)
        var changed = ColumnChunks()
        swap(&changed, &chunks)
        try changed.drain { table, key, chunk throws(ViewError) in try write(table, key, chunk) }
    }

    // MARK: Rows

    @_lifetime(borrow self)
    func get(_ table: ViewTable, _ key: RawSpan) throws(ViewError) -> RawSpan? {
        switch key.withUnsafeBytes({ rows.find(table, $0) }) {
        case .absent: return nil
        case .present(let value):
            // Safe: the changes keep the bytes in place until the next change, which `mutating` forbids meanwhile.
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: value), borrowing: self)
        case .unchanged:
            do { return try transaction.get(tables[table], key) } catch { throw .storage(error) }
        }
    }

    @_lifetime(borrow self)
    func get(_ table: ViewTable, number: UInt64) throws(ViewError) -> RawSpan? {
        var key = number
        switch withUnsafeBytes(of: &key, { rows.find(table, $0) }) {
        case .absent: return nil
        case .present(let value): return unsafe _overrideLifetime(RawSpan(_unsafeBytes: value), borrowing: self)
        case .unchanged:
            do { return try transaction.get(tables[table], number: number) } catch { throw .storage(error) }
        }
    }

    mutating func put(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) throws(ViewError) {
        rows.put(table, key, value)
    }

    mutating func delete(_ table: ViewTable, _ key: RawSpan) throws(ViewError) { rows.delete(table, key) }

    /// Puts what the batch changed so far into the transaction.
    private mutating func writeRows() throws(ViewError) {
        // Taken out while they are written: writing needs the rest of the writer.
        var changed = RowChanges()
        swap(&changed, &rows)
        try changed.drain { table, key, value, wasThere throws(ViewError) in
            switch (value, wasThere) {
            case (let value?, nil): try write(table, key, value)
            case (nil, nil): try erase(table, key)
            case (let value?, _): try insert(table, key, value)
            case (nil, _): try remove(table, key)
            }
        }
        for index in numbersGiven.indices { numbersGiven[index] = 0 }
    }

    /// Puts a row at once.
    mutating func write(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) throws(ViewError) {
        do {
            try countRow(bytes: value.byteCount)
            var tally = tallies[table.index]
            // A new order's row is behind all others; it never changes.
            var isDone = false
            if table == .orderDetails { isDone = try transaction.append(tables[table], key, value) }
            if !isDone { try transaction.put(tables[table], key, value) { tally.remove(table, key, $0) } }
            tally.add(table, key, value)
            tallies[table.index] = tally
        } catch {
            throw .storage(error)
        }
    }

    /// Deletes a row at once, if it is there.
    mutating func erase(_ table: ViewTable, _ key: RawSpan) throws(ViewError) {
        do {
            try countRow(bytes: 0)
            var tally = tallies[table.index]
            try transaction.delete(tables[table], key) { tally.remove(table, key, $0) }
            tallies[table.index] = tally
        } catch {
            throw .storage(error)
        }
    }

    /// Puts a list row, which is not there yet.
    private mutating func insert(_ table: ViewTable, _ key: RawSpan, _ value: RawSpan) throws(ViewError) {
        do {
            try countRow(bytes: 0)
            if try transaction.insert(tables[table], key, value) { tallies[table.index].add(table, key, value) }
        } catch {
            throw .storage(error)
        }
    }

    /// Deletes a list row, which is there.
    private mutating func remove(_ table: ViewTable, _ key: RawSpan) throws(ViewError) {
        do {
            try countRow(bytes: 0)
            if try transaction.delete(tables[table], key) { tallies[table.index].remove(table, key, RawSpan()) }
        } catch {
            throw .storage(error)
        }
    }

    mutating func put(_ table: ViewTable, number: UInt64, _ value: RawSpan) throws(ViewError) {
        try withNumberKey(number) { key throws(ViewError) in try put(table, key, value) }
    }

    mutating func delete(_ table: ViewTable, number: UInt64) throws(ViewError) {
        try withNumberKey(number) { key throws(ViewError) in try delete(table, key) }
    }

    /// The number that an external id was given, or nil.
    func number(_ table: ViewTable, of id: Text) throws(ViewError) -> UInt64? {
        try get(table, id.utf8.span.bytes)?.bigEndian(0)
    }

    mutating func putNumber(_ table: ViewTable, of id: [UInt8], _ number: UInt64) throws(ViewError) {
        try withBigEndian(number) { value throws(ViewError) in try put(table, id.span.bytes, value) }
    }
}
