import CLMDB

/// The one write transaction of an environment. Dropped without `commit` it is undone.
public struct WriteTransaction: ~Copyable {
    private var handle: OpaquePointer
    private let environment: Environment
    private var isFinished = false
    /// Where the last change was made. LMDB first looks at the page that a cursor stands on, so changes in the order of keys
    /// seldom begin at the root. LMDB closes it with the transaction.
    private var changeCursor: (table: Table, handle: OpaquePointer)?

    init(_ environment: Environment) throws(LMDBError) {
        var started: OpaquePointer?
        try environment.check("mdb_txn_begin", mdb_txn_begin(environment.handle, nil, 0, &started))
        self.environment = environment
        handle = started!
    }

    deinit { if !isFinished { mdb_txn_abort(handle) } }

    /// Makes everything durable and visible at once, or throws and leaves nothing of it.
    public consuming func commit() throws(LMDBError) { try end() }

    /// Commits what was changed so far and goes on in a new transaction. After an error nothing more can be done with it.
    public mutating func commitAndContinue() throws(LMDBError) {
        try end()
        var started: OpaquePointer?
        try environment.check("mdb_txn_begin", mdb_txn_begin(environment.handle, nil, 0, &started))
        handle = started!
        isFinished = false
    }

    private mutating func end() throws(LMDBError) {
        if let changeCursor { mdb_cursor_close(changeCursor.handle) }
        changeCursor = nil
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
        return environment.table(table, named: name)
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

    /// Stores `value` under `key`, in place of what was there, which `replaced` gets first.
    public mutating func put(
        _ table: Table, _ key: RawSpan, _ value: RawSpan, replaced: (RawSpan) -> Void = { _ in }
    ) throws(LMDBError) {
        let isThere = try seek(table, key, replaced)
        // What the cursor stands on is replaced without another search.
        try environment.check("mdb_cursor_put", try put(table, key, value, isThere ? UInt32(MDB_CURRENT) : 0))
    }

    /// Stores `value` under `key`; false when something is there, which stays.
    public mutating func insert(_ table: Table, _ key: RawSpan, _ value: RawSpan) throws(LMDBError) -> Bool {
        let code = try put(table, key, value, UInt32(MDB_NOOVERWRITE))
        if code == MDB_KEYEXIST { return false }
        try environment.check("mdb_cursor_put", code)
        return true
    }

    /// Stores `value` under `key` behind all that is there; false when `key` is not greater than the last one. Pages are filled
    /// before the next is begun: rows that come in order otherwise leave half of each empty, if three or four fill it.
    public mutating func append(_ table: Table, _ key: RawSpan, _ value: RawSpan) throws(LMDBError) -> Bool {
        let code = try put(table, key, value, UInt32(MDB_APPEND))
        if code == MDB_KEYEXIST { return false }
        try environment.check("mdb_cursor_put", code)
        return true
    }

    /// Removes `key`; false when it was not there. `removed` gets its value first.
    @discardableResult
    public mutating func delete(_ table: Table, _ key: RawSpan, removed: (RawSpan) -> Void = { _ in })
        throws(LMDBError) -> Bool
    {
        guard try seek(table, key, removed) else { return false }
        try environment.check("mdb_cursor_del", mdb_cursor_del(try cursorForChanges(table), 0))
        return true
    }

    private mutating func put(_ table: Table, _ key: RawSpan, _ value: RawSpan, _ flags: UInt32) throws(LMDBError)
        -> Int32
    {
        let cursor = try cursorForChanges(table)
        return key.withUnsafeBytes { keyBytes in
            value.withUnsafeBytes { valueBytes in
                // Safe: LMDB copies both during the call and does not write through the pointers.
                var key = MDB_val(
                    mv_size: keyBytes.count, mv_data: UnsafeMutableRawPointer(mutating: keyBytes.baseAddress))
                var value = MDB_val(
                    mv_size: valueBytes.count, mv_data: UnsafeMutableRawPointer(mutating: valueBytes.baseAddress))
                return mdb_cursor_put(cursor, &key, &value, flags)
            }
        }
    }

    /// Moves the cursor to `key` and gives what is there; false when nothing is.
    private mutating func seek(_ table: Table, _ key: RawSpan, _ body: (RawSpan) -> Void) throws(LMDBError) -> Bool {
        let cursor = try cursorForChanges(table)
        var value = MDB_val()
        let code = key.withUnsafeBytes { bytes in
            var key = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return mdb_cursor_get(cursor, &key, &value, MDB_SET)
        }
        if code == MDB_NOTFOUND { return false }
        try environment.check("mdb_cursor_get", code)
        // Safe: the value stays in place until the next change, and `body` cannot make one.
        body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)))
        return true
    }

    private mutating func cursorForChanges(_ table: Table) throws(LMDBError) -> OpaquePointer {
        if let changeCursor {
            if changeCursor.table == table { return changeCursor.handle }
            mdb_cursor_close(changeCursor.handle)
            self.changeCursor = nil
        }
        var opened: OpaquePointer?
        try environment.check("mdb_cursor_open", mdb_cursor_open(handle, table.handle, &opened))
        changeCursor = (table, opened!)
        return opened!
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
