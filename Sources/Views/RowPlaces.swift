import Glibc

/// Where the map holds rows that were looked up, by number, each for the commit that it was looked up in.
///
/// A commit never changes a page that the one before it can see, so what was found in a commit is there for every snapshot of
/// the same commit. The next commit's snapshots find nothing here and look up anew.
final class RowPlaces {
    /// One place for each of so many remainders.
    private static let count: UInt64 = 16_384

    private struct Place {
        /// Of the row, plus one; 0 where none is kept.
        var key: UInt64
        var commit: Int
        var start: UnsafeRawPointer?
        var bytes: Int
    }

    private let places: UnsafeMutablePointer<Place>

    init() {
        // Zeroed by the kernel when a page of it is used for the first time: a snapshot that reads no cards costs nothing.
        guard let memory = calloc(Int(RowPlaces.count), MemoryLayout<Place>.stride) else {
            fatalError("no memory left")
        }
        places = memory.bindMemory(to: Place.self, capacity: Int(RowPlaces.count))
    }

    deinit { free(places) }

    func row(_ number: UInt64, _ commit: Int) -> UnsafeRawBufferPointer? {
        let place = places + Int(truncatingIfNeeded: number % RowPlaces.count)
        guard place.pointee.key == number &+ 1, place.pointee.commit == commit else { return nil }
        return UnsafeRawBufferPointer(start: place.pointee.start, count: place.pointee.bytes)
    }

    func keep(_ row: UnsafeRawBufferPointer, _ number: UInt64, _ commit: Int) {
        let place = places + Int(truncatingIfNeeded: number % RowPlaces.count)
        place.pointee = Place(key: number &+ 1, commit: commit, start: row.baseAddress, bytes: row.count)
    }
}
