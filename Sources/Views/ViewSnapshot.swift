import JSON
import LMDB
import Marketplace

/// The views at one position: what a query reads. Used by one thread at a time.
public struct ViewSnapshot: ~Copyable {
    private var transaction: ReadTransaction
    let tables: ViewTables
    /// The last commit that was looked at. LMDB counts commits from 1.
    private var known: (commit: Int, position: UInt64) = (0, 0)
    let productNumbers = ProductNumbers()
    /// What the query that reads may read.
    public let budget = ReadBudget()

    init(_ build: ViewBuild) throws(LMDBError) {
        transaction = try build.environment.beginRead()
        tables = build.tables
    }

    /// Lets go of the position, so that no page is held back while nobody reads.
    public mutating func reset() { transaction.reset() }

    /// The commit that it sees: the same number, the same rows at the same places.
    var commitNumber: Int { transaction.commitNumber }

    /// Moves to the newest position.
    public mutating func renew() throws(LMDBError) { try transaction.renew() }

    public func checkpoint() throws(LMDBError) -> Checkpoint {
        try Checkpoint.read(transaction, tables) ?? Checkpoint()
    }

    /// The position of the snapshot; looked up once for each commit that it meets.
    public mutating func position() throws(LMDBError) -> UInt64 {
        let commit = transaction.commitNumber
        if known.commit != commit { known = (commit, try checkpoint().position) }
        return known.position
    }

    /// The kept tallies, by `ViewTable`: a claim, which `recomputedTallies` proves.
    public func tallies() throws(LMDBError) -> [Tally] { try Checkpoint.readTallies(transaction, tables) }

    /// The tally of a table's rows as they are, by a scan. `onRow` is called for every row.
    public func recomputedTally(_ table: ViewTable, onRow: () -> Void = {}) throws(LMDBError) -> Tally {
        var tally = Tally()
        var cursor = try transaction.cursor(tables[table])
        guard try cursor.first() else { return tally }
        repeat {
            tally.add(table, cursor.key, cursor.value)
            onRow()
        } while try cursor.next()
        return tally
    }

    /// How many rows a table has.
    func rowCount(_ table: ViewTable) throws(LMDBError) -> Int { try transaction.entryCount(tables[table]) }

    @_lifetime(borrow self)
    func get(_ table: ViewTable, _ key: RawSpan) throws(LMDBError) -> RawSpan? {
        budget.read(rows: 1)
        return try transaction.get(tables[table], key)
    }

    @_lifetime(borrow self)
    func get(_ table: ViewTable, number: UInt64) throws(LMDBError) -> RawSpan? {
        budget.read(rows: 1)
        return try transaction.get(tables[table], number: number)
    }

    /// Looks many rows up at once: `keys` of `keyBytes` each. A list names what is there, so none may be missing.
    func forEachRow(
        _ table: ViewTable, of keys: RawSpan, keyBytes: Int, _ body: (RawSpan) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        budget.read(rows: keys.byteCount / keyBytes)
        try transaction.forEachRow(of: keys, keyBytes: keyBytes, in: tables[table]) {
            row throws(LMDBError) in
            guard let row else { preconditionFailure("a list names a row of \(table.name) that is not there") }
            try body(row)
        }
    }

    @_lifetime(borrow self)
    func cursor(_ table: ViewTable) throws(LMDBError) -> Cursor {
        try transaction.cursor(tables[table])
    }

    /// The number that an external id was given, or nil.
    func number(_ table: ViewTable, of id: RawSpan) throws(LMDBError) -> UInt64? {
        // LMDB takes keys of 1 to 511 bytes, and no id is longer than 64.
        guard (1...511).contains(id.byteCount) else { return nil }
        return try get(table, id)?.bigEndian(0)
    }
}
