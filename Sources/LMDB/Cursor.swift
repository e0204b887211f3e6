import CLMDB

/// A place in a table's key order. It cannot outlive its transaction.
public struct Cursor: ~Copyable, ~Escapable {
    private let handle: OpaquePointer
    private let environment: Environment
    private var keyBytes = UnsafeRawBufferPointer(start: nil, count: 0)
    private var valueBytes = UnsafeRawBufferPointer(start: nil, count: 0)

    @_lifetime(immortal)  // `cursor(_:)` of the transaction ties it to the transaction.
    init(_ transaction: OpaquePointer, _ table: Table, _ environment: Environment) throws(LMDBError) {
        var opened: OpaquePointer?
        try environment.check("mdb_cursor_open", mdb_cursor_open(transaction, table.handle, &opened))
        self.environment = environment
        handle = opened!
    }

    deinit { mdb_cursor_close(handle) }

    /// The key at the cursor; empty before the first successful move.
    public var key: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: keyBytes), borrowing: self)
        }
    }

    /// The value at the cursor; empty before the first successful move.
    public var value: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: valueBytes), borrowing: self)
        }
    }

    /// Moves to the first key that is not less than `target`; false when there is none.
    @_lifetime(self: copy self)
    public mutating func seek(_ target: RawSpan) throws(LMDBError) -> Bool {
        let environment = self.environment
        let handle = self.handle
        var key = MDB_val()
        var value = MDB_val()
        let code = target.withUnsafeBytes { bytes in
            key = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return mdb_cursor_get(handle, &key, &value, MDB_SET_RANGE)
        }
        return try land(code, key, value, environment)
    }

    /// Moves to the table's first key; false when the table is empty.
    @_lifetime(self: copy self)
    public mutating func first() throws(LMDBError) -> Bool { try move(MDB_FIRST) }

    /// Moves to the table's last key; false when the table is empty.
    @_lifetime(self: copy self)
    public mutating func last() throws(LMDBError) -> Bool { try move(MDB_LAST) }

    /// Moves to the next key; false at the end.
    @_lifetime(self: copy self)
    public mutating func next() throws(LMDBError) -> Bool { try move(MDB_NEXT) }

    /// Moves to the key before; false at the beginning.
    @_lifetime(self: copy self)
    public mutating func previous() throws(LMDBError) -> Bool { try move(MDB_PREV) }

    @_lifetime(self: copy self)
    private mutating func move(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
        var key = MDB_val()
        var value = MDB_val()
        let code = mdb_cursor_get(handle, &key, &value, operation)
        return try land(code, key, value, environment)
    }

    @_lifetime(self: copy self)
    private mutating func land(_ code: Int32, _ key: MDB_val, _ value: MDB_val, _ environment: Environment)
        throws(LMDBError) -> Bool
    {
        if code == MDB_NOTFOUND { return false }
        try environment.check("mdb_cursor_get", code)
        keyBytes = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        valueBytes = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        return true
    }
}
