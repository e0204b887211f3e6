import CLMDB

/// The one write transaction of an environment. Dropped without `commit` it is undone.
public struct WriteTransaction: ~Copyable {
    private let handle: OpaquePointer
    private let environment: Environment
    private var isFinished = false

    init(_ environment: Environment) throws(LMDBError) {
        var started: OpaquePointer?
        try environment.check("mdb_txn_begin", mdb_txn_begin(environment.handle, nil, 0, &started))
        self.environment = environment
        handle = started!
    }

    deinit { if !isFinished { mdb_txn_abort(handle) } }

    /// Makes everything durable and visible at once, or throws and leaves nothing of it.
    public consuming func commit() throws(LMDBError) {
        // LMDB frees the transaction whatever the outcome, so `deinit` must not.
        isFinished = true
        try environment.check("mdb_txn_commit", mdb_txn_commit(handle))
    }

    /// The table `name`, made when it is not there.
    ///
    /// In one that is keyed by numbers every key is eight bytes in the machine's own order, which LMDB compares as a
    /// number instead of byte by byte.
    public mutating func table(_ name: String, keyedByNumber: Bool = false) throws(LMDBError) -> Table {
        var table: MDB_dbi = 0
        let flags = UInt32(MDB_CREATE) | (keyedByNumber ? UInt32(MDB_INTEGERKEY) : 0)
        try environment.check("mdb_dbi_open", mdb_dbi_open(handle, name, flags, &table))
        return Table(handle: table)
    }

    /// The value of `key`, or nil. Valid until the next change.
    @_lifetime(borrow self)
    public func get(_ table: Table, _ key: RawSpan) throws(LMDBError) -> RawSpan? {
        let found = try environment.lookUp(handle, table, key)
        // Safe: LMDB keeps the page until the transaction's next change, which `mutating` forbids meanwhile.
        guard let found else { return nil }
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
    }

    /// The value of a number in a table that is keyed by numbers, or nil. Valid until the next change.
    @_lifetime(borrow self)
    public func get(_ table: Table, number: UInt64) throws(LMDBError) -> RawSpan? {
        let found = try environment.lookUp(handle, table, number: number)
        guard let found else { return nil }
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
    }

    /// Stores `value` under `key`, in place of what was there.
    public mutating func put(_ table: Table, _ key: RawSpan, _ value: RawSpan) throws(LMDBError) {
        try environment.check("mdb_put", put(table, key, value, 0))
    }

    /// Stores `value` under `key`; false when something is there, which stays.
    public mutating func insert(_ table: Table, _ key: RawSpan, _ value: RawSpan) throws(LMDBError) -> Bool {
        let code = put(table, key, value, UInt32(MDB_NOOVERWRITE))
        if code == MDB_KEYEXIST { return false }
        try environment.check("mdb_put", code)
        return true
    }

    private mutating func put(_ table: Table, _ key: RawSpan, _ value: RawSpan, _ flags: UInt32) -> Int32 {
        key.withUnsafeBytes { keyBytes in
            value.withUnsafeBytes { valueBytes in
                // Safe: LMDB copies both during the call and does not write through the pointers.
                var key = MDB_val(
                    mv_size: keyBytes.count, mv_data: UnsafeMutableRawPointer(mutating: keyBytes.baseAddress))
                var value = MDB_val(
                    mv_size: valueBytes.count, mv_data: UnsafeMutableRawPointer(mutating: valueBytes.baseAddress))
                return mdb_put(handle, table.handle, &key, &value, flags)
            }
        }
    }

    /// Removes `key`; false when it was not there.
    @discardableResult
    public mutating func delete(_ table: Table, _ key: RawSpan) throws(LMDBError) -> Bool {
        let code = key.withUnsafeBytes { bytes in
            var key = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return mdb_del(handle, table.handle, &key, nil)
        }
        if code == MDB_NOTFOUND { return false }
        try environment.check("mdb_del", code)
        return true
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
