import JSON
import LMDB

/// Names that were looked up, so that a page of twenty cards does not look twenty names up again.
///
/// One for each loop. A name is good as long as no rename was stamped since the position it was read at.
public final class UserNames {
    /// One place for each of so many remainders: some megabytes of names at the most, and no hashing.
    private static let placesMask: UInt64 = 16_383

    private struct Place {
        var number: UInt64
        var name: [UInt8]
    }

    private let freshness: Freshness
    private var places: [Place?] = Array(repeating: nil, count: Int(placesMask) + 1)
    private var isEmpty = true
    /// No name in `places` was read at a position before this one.
    private var readAt: UInt64 = 0

    public init(_ freshness: Freshness) { self.freshness = freshness }

    /// Forgets names that may have changed, before a snapshot at `position` is read.
    ///
    /// Stamps come before commits, so a rename at or below `position` is stamped by now. A stamp above `readAt` may be
    /// of a rename after `position`: then the names are read again, once.
    public func prepare(for position: UInt64) {
        guard freshness.stamp(at: Partition.userNames.stampIndex) > readAt else { return }
        readAt = position
        guard !isEmpty else { return }
        for index in places.indices { places[index] = nil }
        isEmpty = true
    }

    /// Appends the user's name as a JSON string.
    func append(_ number: UInt64, from snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError)
    {
        let index = Int(truncatingIfNeeded: number & UserNames.placesMask)
        if let place = places[index], place.number == number {
            output.append(place.name)
            return
        }
        guard let row = try snapshot.get(.users, number: number) else {
            preconditionFailure("a card names user number \(number), which has no row")
        }
        let name = UserRow.nameJSON(in: row).copy()
        places[index] = Place(number: number, name: name)
        isEmpty = false
        output.append(name)
    }
}
