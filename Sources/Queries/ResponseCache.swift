import CXXHash
import Glibc
import JSON
import Views

/// One loop's least-recently-used cache of finished bodies, bounded in bytes.
///
/// An entry knows the position it was made at and the partitions it depends on; `Freshness` says whether it still holds.
/// It is used by its loop's thread only, and hands out its memory only until the next change.
public struct ResponseCache: ~Copyable {
    /// An answer depends on few partitions: its list and the names in it.
    static let partitionsMax = 4
    /// What an entry takes besides its key and body, about.
    private static let overheadBytes = 160
    /// A body beyond this part of the cache is not worth what it pushes out.
    private static let largestPart = 8

    public struct Counts: Sendable {
        public var hits = 0
        public var misses = 0
        public var evictions = 0
        /// Entries dropped because something they depend on changed.
        public var staleDrops = 0
    }

    struct Entry {
        var hash: UInt64
        /// The key's bytes, and behind them the body's.
        var memory: UnsafeMutableRawPointer
        var keyBytes: Int
        var bodyBytes: Int
        var etag: UInt64
        /// The position of the snapshot it was made from.
        var position: UInt64
        var stampIndexes: (Int32, Int32, Int32, Int32)
        var stampCount: Int
        var newer: Int32
        var older: Int32

        var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory + keyBytes, count: bodyBytes) }
        var cost: Int { keyBytes + bodyBytes + ResponseCache.overheadBytes }
    }

    private static let none: Int32 = -1

    public let bytesMax: Int
    public private(set) var bytes = 0
    public private(set) var counts = Counts()
    private var entries: [Entry] = []
    private var free: [Int32] = []
    /// Open addressing with linear probing; a power of two of places, at most half full.
    private var places: [Int32]
    private var entryCount = 0
    private var newest = ResponseCache.none
    private var oldest = ResponseCache.none

    public init(bytesMax: Int) {
        self.bytesMax = bytesMax
        places = Array(repeating: ResponseCache.none, count: 1_024)
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

    /// The entry of `key` if it is the answer at `applied`; one that is not is dropped.
    ///
    /// `applied` must have been loaded before this call, which loads the stamps: see `Freshness`.
    mutating func find(_ key: RawSpan, hash: UInt64, freshness: Freshness) -> Entry? {
        guard bytesMax > 0 else { return nil }
        guard let index = index(of: key, hash) else {
            counts.misses += 1
            return nil
        }
        let entry = entries[Int(index)]
        guard isCurrent(entry, freshness) else {
            counts.misses += 1
            counts.staleDrops += 1
            remove(index)
            return nil
        }
        counts.hits += 1
        if index != newest {
            unlink(index)
            linkAsNewest(index)
        }
        return entry
    }

    private func isCurrent(_ entry: Entry, _ freshness: Freshness) -> Bool {
        let indexes = entry.stampIndexes
        if freshness.stamp(at: Int(indexes.0)) > entry.position { return false }
        if entry.stampCount > 1, freshness.stamp(at: Int(indexes.1)) > entry.position { return false }
        if entry.stampCount > 2, freshness.stamp(at: Int(indexes.2)) > entry.position { return false }
        if entry.stampCount > 3, freshness.stamp(at: Int(indexes.3)) > entry.position { return false }
        return true
    }

    /// Keeps a copy of `body` under `key`, in place of what was there.
    mutating func insert(
        _ key: RawSpan, hash: UInt64, body: UnsafeRawBufferPointer, etag: UInt64, position: UInt64,
        partitions: [Partition]
    ) {
        precondition(
            (1...ResponseCache.partitionsMax).contains(partitions.count), "an answer depends on 1 to 4 partitions")
        let cost = key.byteCount + body.count + ResponseCache.overheadBytes
        guard cost <= bytesMax / ResponseCache.largestPart else { return }
        if let index = index(of: key, hash) { remove(index) }
        while bytes + cost > bytesMax, oldest != ResponseCache.none {
            counts.evictions += 1
            remove(oldest)
        }
        if (entryCount + 1) * 2 > places.count { growPlaces() }

        let memory = UnsafeMutableRawPointer.allocate(byteCount: key.byteCount + body.count, alignment: 16)
        key.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        (memory + key.byteCount).copyMemory(from: body.baseAddress!, byteCount: body.count)
        func stampIndex(_ number: Int) -> Int32 {
            number < partitions.count ? Int32(partitions[number].stampIndex) : 0
        }
        let entry = Entry(
            hash: hash, memory: memory, keyBytes: key.byteCount, bodyBytes: body.count, etag: etag,
            position: position, stampIndexes: (stampIndex(0), stampIndex(1), stampIndex(2), stampIndex(3)),
            stampCount: partitions.count, newer: ResponseCache.none, older: ResponseCache.none)
        let index: Int32
        if let reused = free.popLast() {
            index = reused
            entries[Int(index)] = entry
        } else {
            index = Int32(entries.count)
            entries.append(entry)
        }
        place(index, hash)
        linkAsNewest(index)
        bytes += cost
        entryCount += 1
    }

    // MARK: Places

    private func index(of key: RawSpan, _ hash: UInt64) -> Int32? {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != ResponseCache.none {
            let index = places[place]
            let entry = entries[Int(index)]
            if entry.hash == hash, entry.keyBytes == key.byteCount,
                key.withUnsafeBytes({ memcmp($0.baseAddress!, entry.memory, entry.keyBytes) == 0 })
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
        while places[place] != ResponseCache.none { place = (place + 1) & mask }
        places[place] = index
    }

    private mutating func growPlaces() {
        places = Array(repeating: ResponseCache.none, count: places.count * 2)
        var index = newest
        while index != ResponseCache.none {
            place(index, entries[Int(index)].hash)
            index = entries[Int(index)].older
        }
    }

    /// Takes an entry's place away and moves later ones of its run up, so that probing needs no tombstones.
    private mutating func vacate(_ index: Int32, _ hash: UInt64) {
        let mask = places.count - 1
        var hole = Int(truncatingIfNeeded: hash) & mask
        while places[hole] != index { hole = (hole + 1) & mask }
        var place = hole
        while true {
            place = (place + 1) & mask
            guard places[place] != ResponseCache.none else { break }
            let home = Int(truncatingIfNeeded: entries[Int(places[place])].hash) & mask
            // An entry may move into the hole unless its home lies behind the hole (in the run's cyclic order).
            if (place - home) & mask >= (place - hole) & mask {
                places[hole] = places[place]
                hole = place
            }
        }
        places[hole] = ResponseCache.none
    }

    // MARK: Order of use

    private mutating func remove(_ index: Int32) {
        let entry = entries[Int(index)]
        vacate(index, entry.hash)
        unlink(index)
        entry.memory.deallocate()
        bytes -= entry.cost
        entryCount -= 1
        free.append(index)
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
