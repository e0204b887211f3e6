import JSON
import LMDB

/// A walk over one list, in its order. All keys of a list begin with its prefix; the rest of a key is an item's place.
public struct ListScan: ~Copyable, ~Escapable {
    private var cursor: Cursor
    private let start: [UInt8]
    private let prefixBytes: Int
    private var isStarted = false

    @_lifetime(copy cursor)
    init(_ cursor: consuming Cursor, prefix: consuming ByteWriter, after place: [UInt8]) {
        var prefix = prefix
        prefixBytes = prefix.count
        prefix.append(place)
        start = prefix.copyBytes()
        self.cursor = cursor
    }

    /// Moves to the next item; false at the list's end.
    @_lifetime(self: copy self)
    public mutating func next() throws(LMDBError) -> Bool {
        if isStarted {
            guard try cursor.next() else { return false }
            return isInList
        }
        isStarted = true
        let isFound = try cursor.seek(start)
        guard isFound else { return false }
        // A place is that of the last item that was shown: go on behind it, or with what follows where it was.
        if isAtPlace {
            let isMoved = try cursor.next()
            guard isMoved else { return false }
        }
        return isInList
    }

    private var isAtPlace: Bool {
        guard start.count > prefixBytes else { return false }
        let key = cursor.key
        return key.hasSameBytes(as: start.span.bytes)
    }

    private var isInList: Bool {
        let key = cursor.key
        guard key.byteCount > prefixBytes else { return false }
        return key.extracting(0..<prefixBytes).hasSameBytes(as: start.span.bytes.extracting(0..<prefixBytes))
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
        ListScan(try cursor(table), prefix: prefix, after: place)
    }
}
