/// Where records begin, about every 64 KiB: kept in memory, made by recovery and extended by the writer.
struct PositionIndex: Sendable {
    struct Entry: Sendable {
        /// The position of the record at `location`.
        let position: UInt64
        let location: LogLocation
    }

    private(set) var entries: [Entry] = []

    /// Whether the record at `location` gets an entry: the first of a segment, and each 64 KiB behind the last entry.
    static func includes(_ location: LogLocation, after last: Entry?) -> Bool {
        guard let last, last.location.segment == location.segment else { return true }
        return location.offset - last.location.offset >= Limits.indexedBytes
    }

    mutating func append(_ more: [Entry]) { entries += more }

    /// Notes the record of `position` at `location` if it is time for an entry.
    mutating func note(_ position: UInt64, at location: LogLocation) {
        if PositionIndex.includes(location, after: entries.last) {
            entries.append(Entry(position: position, location: location))
        }
    }

    /// A record's place from which on everything behind `position` is found, with the position that record has.
    func start(after position: UInt64) -> Entry {
        // The last entry at or before `position`: what comes before it has positions up to `position` only.
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return Entry(position: 1, location: LogLocation(segment: 0, offset: SegmentHeader.size)) }
        return entries[low - 1]
    }
}
