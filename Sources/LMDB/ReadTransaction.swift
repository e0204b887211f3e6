import CLMDB

/// A snapshot of an environment. Spans that it gives out point into the map and cannot outlive it.
public struct ReadTransaction: ~Copyable {
    @usableFromInline let handle: OpaquePointer
    let environment: Environment
    let lookups: Lookups
    private(set) var isLive = true
    private var isFinished = false

    init(_ environment: Environment) throws(LMDBError) {
        var started: OpaquePointer?
        try environment.check(
            "mdb_txn_begin", mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &started))
        self.environment = environment
        handle = started!
        lookups = Lookups(tablesMax: environment.tablesMax)
    }

    deinit { if !isFinished { mdb_txn_abort(handle) } }

    /// Ends the transaction and keeps the tables that it opened for all transactions to come: LMDB drops the handles of
    /// one that is abandoned.
    public consuming func commit() throws(LMDBError) {
        isFinished = true
        try environment.check("mdb_txn_commit", mdb_txn_commit(handle))
    }

    /// Gives the snapshot back but keeps its reader slot, so that a quiet thread pins no pages. `renew` takes a new one.
    public mutating func reset() {
        guard isLive else { return }
        mdb_txn_reset(handle)
        isLive = false
    }

    /// Takes the newest snapshot: 10 ns.
    public mutating func renew() throws(LMDBError) {
        reset()
        try environment.check("mdb_txn_renew", mdb_txn_renew(handle))
        isLive = true
    }

    /// The commit that it sees: the same number, the same contents.
    public var commitNumber: Int { mdb_txn_id(handle) }

    /// The table `name`, or nil when the environment has none of that name.
    public func table(_ name: String) throws(LMDBError) -> Table? {
        var table: MDB_dbi = 0
        let code = mdb_dbi_open(handle, name, 0, &table)
        if code == MDB_NOTFOUND { return nil }
        try environment.check("mdb_dbi_open", code)
        return environment.table(table, named: name)
    }

    /// The value of `key`, or nil.
    @_lifetime(borrow self)
    public func get(_ table: Table, _ key: RawSpan) throws(LMDBError) -> RawSpan? {
        let found = try key.withUnsafeBytes { bytes throws(LMDBError) in try row(table, bytes) }
        // Safe: the value lies in the map and stays until the snapshot is given back, which `mutating` forbids meanwhile.
        guard let found else { return nil }
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
    }

    /// The value of a number in a table that is keyed by numbers, or nil.
    @_lifetime(borrow self)
    public func get(_ table: Table, number: UInt64) throws(LMDBError) -> RawSpan? {
        var number = number
        let found = try withUnsafeBytes(of: &number) { bytes throws(LMDBError) in try row(table, bytes) }
        guard let found else { return nil }
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
    }

    @_lifetime(borrow self)
    public func cursor(_ table: Table) throws(LMDBError) -> Cursor {
        let cursor = try Cursor(handle, table, environment)
        return unsafe _overrideLifetime(cursor, borrowing: self)
    }

    public func entryCount(_ table: Table) throws(LMDBError) -> Int {
        try environment.entryCount(handle, table)
    }
}

extension Environment {
    @inline(__always)
    func lookUp(_ transaction: OpaquePointer, _ table: Table, _ key: RawSpan)
        throws(LMDBError) -> UnsafeRawBufferPointer?
    {
        try key.withUnsafeBytes { bytes throws(LMDBError) in
            try lookUp(transaction, table, bytes: bytes)
        }
    }

    @inline(__always)
    func lookUp(_ transaction: OpaquePointer, _ table: Table, number: UInt64)
        throws(LMDBError) -> UnsafeRawBufferPointer?
    {
        var number = number
        return try withUnsafeBytes(of: &number) { bytes throws(LMDBError) in
            try lookUp(transaction, table, bytes: bytes)
        }
    }

    func lookUp(_ transaction: OpaquePointer, _ table: Table, bytes: UnsafeRawBufferPointer)
        throws(LMDBError) -> UnsafeRawBufferPointer?
    {
        // Safe: LMDB reads the key during the call and does not write through the pointer.
        var key = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        var value = MDB_val()
        let code = mdb_get(transaction, table.handle, &key, &value)
        if code == MDB_NOTFOUND { return nil }
        try check("mdb_get", code)
        return UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    }

    func entryCount(_ transaction: OpaquePointer, _ table: Table) throws(LMDBError) -> Int {
        var statistics = MDB_stat()
        try check("mdb_stat", mdb_stat(transaction, table.handle, &statistics))
        return statistics.ms_entries
    }
}
