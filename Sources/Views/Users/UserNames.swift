import JSON
import LMDB

/// Names that were looked up, so that a page of twenty cards does not look twenty names up again.
///
/// One for each loop. A name is good as long as no rename was stamped since the position it was read at.
public final class UserNames {
    /// A few megabytes of names; beyond it the cache begins anew.
    private static let namesMax = 65_536

    private let freshness: Freshness
    private var names: [UInt64: [UInt8]] = [:]
    /// No name in `names` was read at a position before this one.
    private var readAt: UInt64 = 0

    public init(_ freshness: Freshness) { self.freshness = freshness }

    /// Forgets names that may have changed, before a snapshot at `position` is read.
    ///
    /// Stamps come before commits, so a rename at or below `position` is stamped by now. A stamp above `readAt` may be
    /// of a rename after `position`: then the names are read again, once.
    public func prepare(for position: UInt64) {
        guard freshness.stamp(at: Partition.userNames.stampIndex) > readAt else { return }
        names.removeAll(keepingCapacity: true)
        readAt = position
    }

    /// Appends the user's name as a JSON string.
    func append(_ number: UInt64, from snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError)
    {
        if let name = names[number] {
            output.append(name)
            return
        }
        guard let row = try snapshot.get(.users, number: number) else {
            preconditionFailure("a card names user number \(number), which has no row")
        }
        let name = UserRow.nameJSON(in: row).copy()
        if names.count >= UserNames.namesMax { names.removeAll(keepingCapacity: true) }
        names[number] = name
        output.append(name)
    }
}
