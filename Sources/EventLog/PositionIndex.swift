/// Where records begin, about every 64 KiB: kept in memory, made by recovery and extended by the writer.
struct PositionIndex: Sendable {
    struct Entry: Sendable {
        let position: UInt64
        let segment: UInt32
        let offset: UInt32
    }

    private(set) var entries: [Entry] = []

    /// Whether the record at `location` gets an entry: the first of a segment, and each 64 KiB behind the last entry.
    static func includes(_ location: LogLocation, after last: Entry?) -> Bool {
        guard let last, last.segment == UInt32(location.segment) else { return true }
        return location.offset - Int(last.offset) >= Limits.indexedBytes
    }

    mutating func append(_ more: [Entry]) { entries += more }

    /// Notes the record of `position` at `location` if it is time for an entry.
    mutating func note(_ position: UInt64, at location: LogLocation) {
        if PositionIndex.includes(location, after: entries.last) {
            entries.append(Entry(position: position, at: location))
        }
    }

    /// A record's place from which on everything behind `position` is found, with the position that record has.
    func start(after position: UInt64) -> (position: UInt64, location: LogLocation) {
        // The last entry at or before `position`: what comes before it has positions up to `position` only.
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (1, LogLocation(segment: 0, offset: SegmentHeader.size)) }
        let entry = entries[low - 1]
        return (entry.position, LogLocation(segment: Int(entry.segment), offset: Int(entry.offset)))
    }
}

extension PositionIndex.Entry {
    init(position: UInt64, at location: LogLocation) {
        // A segment's offsets stay below 2^32: it ends at its target size or with its first record.
        self.init(position: position, segment: UInt32(location.segment), offset: UInt32(location.offset))
    }
}
