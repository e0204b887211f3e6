import JSON
import LMDB

/// Titles whose sort keys are longer than a key of LMDB can be.
///
/// Such a sort key is cut into pieces of `ProductListKey.titlePieceBytes`; the last has what is left. Titles that begin with the
/// same piece are a *group*: the list has one row for all of them, which names a list of the group's own, ordered by what
/// is behind that piece, where further groups may follow. So titles stand in the order of their whole keys, and a walk goes
/// from row to row however many of them begin alike.
///
/// The row of a group is what the list's keys begin with, the piece, a 1 and the group's number (4). A title that ends with that
/// piece has a 0 there, so it stands before the group.
enum TitleGroups {
    /// The list itself, which is no group's. Numbers of groups begin at 1.
    static let none: UInt32 = 0
    static let mark: UInt8 = 1
    static let numberBytes = 4

    /// Notes that a product with a long key joins a list, or leaves it, and gives the key of its row.
    static func rowKey(
        _ place: ProductPlace, _ scope: ProductScope, isJoining: Bool, in views: inout ViewWriter
    ) throws(ViewError) -> ByteWriter {
        var group = none
        var rest = place.titleKey[...]
        while rest.count > ProductListKey.titlePieceBytes {
            let piece = Array(rest.prefix(ProductListKey.titlePieceBytes))
            rest = rest.dropFirst(piece.count)
            let inner = try number(of: piece, in: group, &views)
            let members = try changeMembers(of: inner, scope, isJoining: isJoining, &views)
            var row = ByteWriter(capacity: 448)
            ProductListKey.appendPrefix(scope, titleGroup: group, to: &row)
            row.append(piece)
            row.append(byte: mark)
            row.append(bigEndian: inner)
            if isJoining, members == 1 { try views.put(.productLists, row.bytes, RawSpan()) }
            if members == 0 { try views.delete(.productLists, row.bytes) }
            group = inner
        }
        var key = ByteWriter(capacity: 448)
        ProductListKey.appendPrefix(scope, titleGroup: group, to: &key)
        key.append(Array(rest))
        key.append(byte: 0)
        place.appendTail(to: &key)
        return key
    }

    /// The number of the group with this piece in a group: given once, and never to another.
    private static func number(of piece: [UInt8], in group: UInt32, _ views: inout ViewWriter) throws(ViewError)
        -> UInt32
    {
        var key = ByteWriter(capacity: 448)
        key.append(bigEndian: group)
        key.append(piece)
        if let known = try views.get(.titleGroupNumbers, key.bytes) {
            return UInt32(truncatingIfNeeded: known.bigEndian(0))
        }
        let number = views.nextNumber(.titleGroupNumbers) + 1
        try views.putNumber(.titleGroupNumbers, of: key.copyBytes(), number)
        return UInt32(truncatingIfNeeded: number)
    }

    /// How many products a list has in a group now, those of its groups included. Without any there is no row.
    private static func changeMembers(
        of group: UInt32, _ scope: ProductScope, isJoining: Bool, _ views: inout ViewWriter
    ) throws(ViewError) -> UInt64 {
        var key = ByteWriter(capacity: 16)
        ProductListKey.appendPrefix(scope, titleGroup: group, to: &key)
        let before = try views.get(.titleGroupMembers, key.bytes)?.bigEndian(0) ?? 0
        precondition(isJoining || before > 0, "a product leaves a group of titles that has none")
        let members = isJoining ? before + 1 : before - 1
        if members == 0 {
            try views.delete(.titleGroupMembers, key.bytes)
        } else {
            try views.putNumber(.titleGroupMembers, of: key.copyBytes(), members)
        }
        return members
    }
}

extension ViewSnapshot {
    /// A product's title.
    func titleText(_ number: UInt64) throws(LMDBError) -> [UInt8] {
        guard let row = try get(.products, number: number) else {
            preconditionFailure("a list or a column holds product number \(number), which has no row")
        }
        return JSONText.decode(ProductRow(row).titleJSON)
    }
}
