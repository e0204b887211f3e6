import JSON
import LMDB

/// Names that were looked up, so that a page of twenty cards does not look twenty names up again.
///
/// One for each loop. A name is good as long as no rename was stamped since the position it was read at.
public final class UserNames {
    /// One place for each of so many remainders: some megabytes of names at the most, and no hashing.
    private static let placesMask: UInt64 = 16_383

    /// Names in place rather than as arrays: a name is then a copy of bytes, with nothing to retain.
    private struct Place {
        static let bytesMax = 50

        /// Of the user, plus one; 0 where no name is kept.
        var key: UInt64 = 0
        var count: UInt16 = 0
        var name = InlineArray<50, UInt8>(repeating: 0)
    }

    private let freshness: Freshness
    private let places: UnsafeMutablePointer<Place>
    private var isEmpty = true
    /// No name in `places` was read at a position before this one.
    private var readAt: UInt64 = 0

    public init(_ freshness: Freshness) {
        self.freshness = freshness
        places = .allocate(capacity: Int(UserNames.placesMask) + 1)
        places.initialize(repeating: Place(), count: Int(UserNames.placesMask) + 1)
    }

    deinit { places.deallocate() }

    /// Forgets names that may have changed, before a snapshot at `position` is read.
    ///
    /// Stamps come before commits, so a rename at or below `position` is stamped by now. A stamp above `readAt` may be
    /// of a rename after `position`: then the names are read again, once.
    public func prepare(for position: UInt64) {
        guard freshness.stamp(at: Partition.userNames.stampIndex) > readAt else { return }
        readAt = position
        guard !isEmpty else { return }
        places.update(repeating: Place(), count: Int(UserNames.placesMask) + 1)
        isEmpty = true
    }

    /// Appends the user's name as a JSON string.
    func append(_ number: UInt64, from snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError)
    {
        let place = places + Int(truncatingIfNeeded: number & UserNames.placesMask)
        if place.pointee.key == number &+ 1 {
            // Safe: `count` bytes of the name are in place, and nothing changes them during the call.
            let name = UnsafeRawPointer(place) + MemoryLayout<Place>.offset(of: \.name)!
            output.append(from: name, count: Int(place.pointee.count))
            return
        }
        guard let row = try snapshot.get(.users, number: number) else {
            preconditionFailure("a card names user number \(number), which has no row")
        }
        let name = UserRow.nameJSON(in: row)
        output.append(name)
        // Longer names are rare, and looked up each time.
        guard name.byteCount <= Place.bytesMax else { return }
        place.pointee.key = number &+ 1
        place.pointee.count = UInt16(name.byteCount)
        for index in 0..<name.byteCount {
            place.pointee.name[index] = name.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        }
        isEmpty = false
    }
}
