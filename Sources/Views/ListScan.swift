import JSON
import LMDB

/// A walk over one list, in its order. All keys of a list begin with its prefix; the rest of a key is an item's place.
public struct ListScan: ~Copyable, ~Escapable {
    private var cursor: Cursor
    /// The prefix, and behind it the place to begin at.
    private let start: ByteWriter
    private let prefixBytes: Int
    /// Whether the cursor stands on the first item already, which `next` has not given yet.
    private var isAhead = false
    private var isAtEnd = false

    /// `cursor` was sent to `start`.
    @_lifetime(copy cursor)
    init(_ cursor: consuming Cursor, start: consuming ByteWriter, prefixBytes: Int, isFound: Bool) {
        self.cursor = cursor
        self.start = start
        self.prefixBytes = prefixBytes
        isAtEnd = !isFound
        // A place is that of the last item that was shown: go on behind it, or with what follows where it was.
        isAhead = isFound && !isAtPlace
    }

    private var isAtPlace: Bool {
        guard start.count > prefixBytes else { return false }
        let key = cursor.key
        return key.hasSameBytes(as: start.bytes)
    }

    /// Moves to the next item; false at the list's end.
    @_lifetime(self: copy self)
    public mutating func next() throws(LMDBError) -> Bool {
        guard !isAtEnd else { return false }
        if isAhead {
            isAhead = false
            return isInList
        }
        guard try cursor.next() else { return false }
        return isInList
    }

    private var isInList: Bool {
        let key = cursor.key
        guard key.byteCount > prefixBytes else { return false }
        return key.extracting(0..<prefixBytes).hasSameBytes(as: start.bytes.extracting(0..<prefixBytes))
    }

    /// The number of the current item: every place ends with its complement.
    public var number: UInt64 {
        let key = cursor.key
        return ~key.bigEndian(key.byteCount - 8)
    }

    /// The place of the current item in the list, for a cursor.
    public var place: [UInt8] {
        let key = cursor.key
        return key.extracting(prefixBytes..<key.byteCount).copy()
    }
}

extension ViewSnapshot {
    @_lifetime(borrow self)
    func scan(_ table: ViewTable, prefix: consuming ByteWriter, after place: [UInt8]) throws(LMDBError) -> ListScan {
        let prefixBytes = prefix.count
        var start = prefix
        start.append(place)
        var cursor = try cursor(table)
        let isFound = try cursor.seek(start.bytes)
        return ListScan(cursor, start: start, prefixBytes: prefixBytes, isFound: isFound)
    }
}
