import LMDB

/// The open tables of a build.
struct ViewTables: Sendable {
    /// Checkpoint, definition and tallies.
    let meta: Table
    static let metaName = "meta"
    private let tables: [Table]

    subscript(_ table: ViewTable) -> Table { tables[table.index] }

    /// Makes the tables of a new build.
    init(creating transaction: inout WriteTransaction) throws(LMDBError) {
        meta = try transaction.table(ViewTables.metaName)
        var tables: [Table] = []
        for table in ViewTable.allCases {
            tables.append(try transaction.table(table.name, keyedByNumber: table.isKeyedByNumber))
        }
        self.tables = tables
    }

    /// Opens those of an existing build; nil when one is missing.
    init?(opening transaction: borrowing ReadTransaction) throws(LMDBError) {
        guard let meta = try transaction.table(ViewTables.metaName) else { return nil }
        self.meta = meta
        var tables: [Table] = []
        for table in ViewTable.allCases {
            guard let table = try transaction.table(table.name) else { return nil }
            tables.append(table)
        }
        self.tables = tables
    }
}
