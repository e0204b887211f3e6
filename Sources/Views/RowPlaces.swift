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

    /// A row's head and its key, a number.
    private static let headBytes = 16
    private static let pageBytes: UInt = 4_096

    /// Asks for what look-ups of these rows read, where each row was last: the head of its page, its own, and then those that it is
    /// searched by. Hints: wherever a row is now, and whatever is there, no answer depends on it.
    func expect(_ numbers: [UInt64]) {
        for number in numbers {
            guard let start = start(number) else { continue }
            vitrine_prefetch(RowPlaces.page(start), 1)
            vitrine_prefetch(start - RowPlaces.headBytes, 1)
            vitrine_prefetch(start, 1)
        }
        for number in numbers {
            guard let start = start(number) else { continue }
            let page = RowPlaces.page(start)
            // Safe: the map stays as long as the environment, at its whole length, and only this page of it is read.
            vitrine_prefetch_search(page, UInt16(truncatingIfNeeded: start - RowPlaces.headBytes - page))
        }
    }

    private func start(_ number: UInt64) -> UnsafeRawPointer? {
        starts[Int(truncatingIfNeeded: number % RowPlaces.startsCount)]
    }

    private static func page(_ start: UnsafeRawPointer) -> UnsafeRawPointer {
        UnsafeRawPointer(bitPattern: UInt(bitPattern: start) & ~(pageBytes - 1))!
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
