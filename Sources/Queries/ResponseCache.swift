import CXXHash
import Glibc
import JSON
import POSIX
import Views

/// One loop's least-recently-used cache of finished bodies, bounded in bytes.
///
/// An entry knows a position that it is the answer at and the partitions it depends on; `Freshness` says whether it still holds.
/// It is used by its loop's thread only, and hands out its memory only until the next change.
public struct ResponseCache: ~Copyable {
    /// A page depends on its list, the names in it and each of at most a hundred things that it shows.
    static let partitionsMax = 102
    /// What an entry takes besides its stamps' places, its key and its body, about.
    private static let overheadBytes = 160
    /// A body beyond this part of the cache is not worth what it pushes out.
    private static let largestPart = 8
    /// More than 170 GB of the smallest.
    private static let entriesMax = 1 << 30

    public struct Counts: Sendable {
        public var hits = 0
        /// Answers that had to be made.
        public var misses = 0
        public var evictions = 0
        /// Entries dropped because something they depend on changed.
        public var staleDrops = 0
    }

    struct Entry {
        var hash: UInt64
        /// The places of the stamps it depends on, behind them the key's bytes, and behind those the body's.
        var memory: UnsafeMutableRawPointer
        var stampCount: Int
        var keyBytes: Int
        var bodyBytes: Int
        var etag: UInt64
        /// The last position that it is known to be the answer at: first that of the snapshot it was made from.
        var position: UInt64
        var newer: Int32
        var older: Int32

        var stampIndexes: UnsafeBufferPointer<Int32> {
            UnsafeBufferPointer(start: memory.assumingMemoryBound(to: Int32.self), count: stampCount)
        }
        var key: UnsafeRawPointer { UnsafeRawPointer(memory) + stampCount * MemoryLayout<Int32>.stride }
        var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: key + keyBytes, count: bodyBytes) }
        var cost: Int {
            stampCount * MemoryLayout<Int32>.stride + keyBytes + bodyBytes + ResponseCache.overheadBytes
        }
    }

    private static let none: Int32 = -1

    public let bytesMax: Int
    public private(set) var bytes = 0
    public private(set) var counts = Counts()
    /// Room for as many as the bytes allow, so that nothing has to grow, which would hold a loop up for milliseconds. Memory
    /// comes as entries do.
    private let entries: ZeroedTable<Entry>
    private var usedEntries: Int32 = 0
    /// The first of the entries that are free again; each knows the next as its `older`.
    private var firstFree = ResponseCache.none
    /// The index of an entry plus one, or 0. Open addressing with linear probing; a power of two of places, at most half full.
    private let places: ZeroedTable<Int32>
    private var entryCount = 0
    private var newest = ResponseCache.none
    private var oldest = ResponseCache.none

    public init(bytesMax: Int) {
        self.bytesMax = bytesMax
        let entriesMax = min(max(bytesMax, 0) / ResponseCache.overheadBytes + 1, ResponseCache.entriesMax)
        entries = ZeroedTable(count: entriesMax)
        var placesCount = 1_024
        while placesCount < 2 * entriesMax { placesCount *= 2 }
        places = ZeroedTable(count: placesCount)
    }

    deinit {
        var index = newest
        while index != ResponseCache.none {
            entries[Int(index)].memory.deallocate()
            index = entries[Int(index)].older
        }
    }

    public var count: Int { entryCount }

    static func hash(_ key: RawSpan) -> UInt64 {
        key.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }
    }

    /// The entry of `key` if it is the answer at its position, which is `applied` or a newer one; one that is not is dropped.
    ///
    /// `applied` must have been loaded before this call, which loads the stamps: see `Freshness`.
    mutating func find(_ key: RawSpan, hash: UInt64, applied: UInt64, freshness: Freshness) -> Entry? {
        guard bytesMax > 0 else { return nil }
        guard let index = index(of: key, hash) else { return nil }
        guard isCurrent(index, applied, freshness) else {
            counts.staleDrops += 1
            remove(index)
            return nil
        }
        counts.hits += 1
        if index != newest {
            unlink(index)
            linkAsNewest(index)
        }
        return entries[Int(index)]
    }

    /// Whether an entry is the answer at its position, which becomes `applied` if that is newer.
    ///
    /// It is the answer at its position P. A change of what it depends on between P and `applied` would have left a stamp above
    /// P, as those stamps were stored before `applied` was. With none it is the answer at `applied` as well, which takes the
    /// place of P: what changes later leaves stamps above it. While nothing newer was applied there is nothing to look at, nor
    /// while P is of a snapshot that is newer than what was published when it was made: its token then is P.
    private mutating func isCurrent(_ index: Int32, _ applied: UInt64, _ freshness: Freshness) -> Bool {
        let entry = entries[Int(index)]
        guard applied > entry.position else { return true }
        if freshness.isTouched(entry.stampIndexes, after: entry.position) { return false }
        entries[Int(index)].position = applied
        return true
    }

    mutating func countMiss() { counts.misses += 1 }

    /// Keeps a copy of `body` under `key`, in place of what was there.
    mutating func insert(
        _ key: RawSpan, hash: UInt64, body: UnsafeRawBufferPointer, etag: UInt64, position: UInt64,
        partitions: [Partition]
    ) {
        precondition(
            (1...ResponseCache.partitionsMax).contains(partitions.count), "an answer depends on 1 to 102 partitions")
        let entryBytes = partitions.count * MemoryLayout<Int32>.stride + key.byteCount + body.count
        let cost = entryBytes + ResponseCache.overheadBytes
        guard cost <= bytesMax / ResponseCache.largestPart else { return }
        if let index = index(of: key, hash) { remove(index) }
        while bytes + cost > bytesMax || entryCount == entries.count, oldest != ResponseCache.none {
            counts.evictions += 1
            remove(oldest)
        }

        let memory = UnsafeMutableRawPointer.allocate(byteCount: entryBytes, alignment: 16)
        let stamps = memory.bindMemory(to: Int32.self, capacity: partitions.count)
        for (number, partition) in partitions.enumerated() {
            (stamps + number).initialize(to: Int32(partition.stampIndex))
        }
        let rest = UnsafeMutableRawPointer(stamps + partitions.count)
        key.withUnsafeBytes { rest.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        (rest + key.byteCount).copyMemory(from: body.baseAddress!, byteCount: body.count)
        let entry = Entry(
            hash: hash, memory: memory, stampCount: partitions.count, keyBytes: key.byteCount, bodyBytes: body.count,
            etag: etag, position: position, newer: ResponseCache.none, older: ResponseCache.none)
        let index: Int32
        if firstFree != ResponseCache.none {
            index = firstFree
            firstFree = entries[Int(index)].older
        } else {
            index = usedEntries
            usedEntries += 1
        }
        entries[Int(index)] = entry
        place(index, hash)
        linkAsNewest(index)
        bytes += cost
        entryCount += 1
    }

    // MARK: Places

    private func index(of key: RawSpan, _ hash: UInt64) -> Int32? {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != 0 {
            let index = places[place] - 1
            let entry = entries[Int(index)]
            if entry.hash == hash, entry.keyBytes == key.byteCount,
                key.withUnsafeBytes({ memcmp($0.baseAddress!, entry.key, entry.keyBytes) == 0 })
            {
                return index
            }
            place = (place + 1) & mask
        }
        return nil
    }

    private mutating func place(_ index: Int32, _ hash: UInt64) {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != 0 { place = (place + 1) & mask }
        places[place] = index + 1
    }

    /// Takes an entry's place away and moves later ones of its run up, so that probing needs no tombstones.
    private mutating func vacate(_ index: Int32, _ hash: UInt64) {
        let mask = places.count - 1
        var hole = Int(truncatingIfNeeded: hash) & mask
        while places[hole] != index + 1 { hole = (hole + 1) & mask }
        var place = hole
        while true {
            place = (place + 1) & mask
            guard places[place] != 0 else { break }
            let home = Int(truncatingIfNeeded: entries[Int(places[place] - 1)].hash) & mask
            // An entry may move into the hole unless its home lies behind the hole (in the run's cyclic order).
            if (place - home) & mask >= (place - hole) & mask {
                places[hole] = places[place]
                hole = place
            }
        }
        places[hole] = 0
    }

    // MARK: Order of use

    private mutating func remove(_ index: Int32) {
        let entry = entries[Int(index)]
        vacate(index, entry.hash)
        unlink(index)
        entry.memory.deallocate()
        bytes -= entry.cost
        entryCount -= 1
        entries[Int(index)].older = firstFree
        firstFree = index
    }

    private mutating func unlink(_ index: Int32) {
        let (newer, older) = (entries[Int(index)].newer, entries[Int(index)].older)
        if newer == ResponseCache.none { newest = older } else { entries[Int(newer)].older = older }
        if older == ResponseCache.none { oldest = newer } else { entries[Int(older)].newer = newer }
    }

    private mutating func linkAsNewest(_ index: Int32) {
        entries[Int(index)].newer = ResponseCache.none
        entries[Int(index)].older = newest
        if newest != ResponseCache.none { entries[Int(newest)].newer = index }
        newest = index
        if oldest == ResponseCache.none { oldest = index }
    }
}
