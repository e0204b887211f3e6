import JSON
import LMDB

/// A walk by title, through the lists of groups as it comes to them.
extension ProductWalk {
    @_lifetime(self: copy self)
    mutating func beginTitles(after place: ProductPlace?) throws(LMDBError) {
        state = .ahead
        guard let place else { return try seekFirst() }
        var rest = place.titleKey[...]
        while rest.count > ProductListKey.titlePieceBytes {
            var row = ByteWriter(capacity: 448)
            row.append(prefix.bytes)
            row.append(Array(rest.prefix(ProductListKey.titlePieceBytes)))
            row.append(byte: TitleGroups.mark)
            rest = rest.dropFirst(ProductListKey.titlePieceBytes)
            seeks += 1
            hasRow = try cursor.seek(row.bytes)
            // The group has no products here any more: what follows it is next.
            guard hasRow, isGroup(row) else { return }
            enterGroup()
        }
        var start = ByteWriter(capacity: 448)
        start.append(prefix.bytes)
        start.append(Array(rest))
        start.append(byte: 0)
        place.appendTail(to: &start)
        hasRow = try cursor.seek(start.bytes)
        if hasRow, isAt(start) { state = .on }
    }

    @_lifetime(self: copy self)
    mutating func nextByTitle() throws(LMDBError) -> Bool {
        switch state {
        case .ahead: break
        case .on: hasRow = try cursor.next()
        case .ended, .below, .group: return false
        }
        // Each group has a product, so this comes to one after as many rounds as its sort key has pieces.
        while true {
            if hasRow, isInList {
                if !isAtGroup {
                    decode()
                    state = .on
                    return true
                }
                enterGroup()
                seeks += 1
                try seekFirst()
            } else if let row = groups.popLast() {
                prefix.truncate(to: 0)
                prefix.append(Array(row.dropLast(ProductWalk.groupTailBytes)))
                seeks += 1
                hasRow = try cursor.seek(row.span.bytes)
                if hasRow, cursor.key.hasSameBytes(as: row.span.bytes) { hasRow = try cursor.next() }
            } else {
                state = .ended
                return false
            }
        }
    }

    /// Goes to the first row of the list that the cursor is in.
    @_lifetime(self: copy self)
    private mutating func seekFirst() throws(LMDBError) {
        let start = prefix.copyBytes()
        hasRow = try cursor.seek(start.span.bytes)
    }

    /// The whole sort key of the current title.
    var titleKey: [UInt8] {
        var whole: [UInt8] = []
        for row in groups {
            whole += row.suffix(ProductWalk.groupTailBytes).prefix(ProductListKey.titlePieceBytes)
        }
        let key = cursor.key
        return whole + key.extracting(prefix.count..<(key.byteCount - ProductWalk.productTailBytes)).copy()
    }

    /// The piece, the mark and the number.
    private static var groupTailBytes: Int { ProductListKey.titlePieceBytes + 1 + TitleGroups.numberBytes }
    /// The zero byte behind the sort key, and what a place ends with.
    private static var productTailBytes: Int { 13 }

    /// Whether the row under the cursor is that of a group: where a product's has a zero byte, it has one of the piece, and
    /// these have none.
    private var isAtGroup: Bool {
        let key = cursor.key
        return key.unsafeLoad(
            fromByteOffset: key.byteCount - ProductWalk.productTailBytes, as: UInt8.self) != 0
    }

    private func isGroup(_ row: borrowing ByteWriter) -> Bool {
        let key = cursor.key
        return key.byteCount == row.count + TitleGroups.numberBytes
            && key.extracting(0..<row.count).hasSameBytes(as: row.bytes)
    }

    /// Goes on in the list of the group under the cursor.
    @_lifetime(self: copy self)
    private mutating func enterGroup() {
        let row = cursor.key.copy()
        groups.append(row)
        let number = row.suffix(TitleGroups.numberBytes).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        prefix.truncate(to: 0)
        ProductListKey.appendPrefix(scope, titleGroup: number, to: &prefix)
    }
}
