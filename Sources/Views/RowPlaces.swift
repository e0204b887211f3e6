import CColumns
import Glibc

/// Where the map holds rows that were looked up, by number, each for the commit that it was looked up in.
///
/// A commit never changes a page that the one before it can see, so what was found in a commit is there for every snapshot of
/// the same commit. The next commit's snapshots find nothing here and look up anew. They mostly find the row where it was, so
/// the memory that a look-up will read can be asked for by many rows at once instead of waiting for each in turn.
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

    /// Where rows were in any commit: of each number that has such a remainder the one that was looked up last. 8 MiB.
    private static let startsCount: UInt64 = 1 << 20

    private let places: UnsafeMutablePointer<Place>
    private let starts: UnsafeMutablePointer<UnsafeRawPointer?>

    init() {
        // Zeroed by the kernel when a page of it is used for the first time: a snapshot that reads no cards costs nothing.
        guard let places = calloc(Int(RowPlaces.count), MemoryLayout<Place>.stride),
            let starts = calloc(Int(RowPlaces.startsCount), MemoryLayout<UnsafeRawPointer?>.stride)
        else { fatalError("no memory left") }
        self.places = places.bindMemory(to: Place.self, capacity: Int(RowPlaces.count))
        self.starts = starts.bindMemory(to: UnsafeRawPointer?.self, capacity: Int(RowPlaces.startsCount))
    }

    deinit {
        free(places)
        free(starts)
    }

    /// Asks for what a look-up of the row reads, where the row was last: the head of its page and its own. A hint: wherever
    /// the row is now, and whatever is there, nothing is read.
    func expect(_ number: UInt64) {
        guard let start = starts[Int(truncatingIfNeeded: number % RowPlaces.startsCount)] else { return }
        let nodeHeadBytes = 16
        let pageBytes = 4_096
        vitrine_prefetch(UnsafeRawPointer(bitPattern: UInt(bitPattern: start) & ~UInt(pageBytes - 1)), 1)
        vitrine_prefetch(start - nodeHeadBytes, 1)
        vitrine_prefetch(start, 1)
    }

    func row(_ number: UInt64, _ commit: Int) -> UnsafeRawBufferPointer? {
        let place = places + Int(truncatingIfNeeded: number % RowPlaces.count)
        guard place.pointee.key == number &+ 1, place.pointee.commit == commit else { return nil }
        return UnsafeRawBufferPointer(start: place.pointee.start, count: place.pointee.bytes)
    }

    func keep(_ row: UnsafeRawBufferPointer, _ number: UInt64, _ commit: Int) {
        let place = places + Int(truncatingIfNeeded: number % RowPlaces.count)
        place.pointee = Place(key: number &+ 1, commit: commit, start: row.baseAddress, bytes: row.count)
        starts[Int(truncatingIfNeeded: number % RowPlaces.startsCount)] = row.baseAddress
    }
}
