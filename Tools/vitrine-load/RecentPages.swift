/// Pages seen of late with a cursor or an entity tag each; a new one takes the place of a random one.
struct RecentPages {
    struct Entry {
        var target: Target
        var value: [UInt8]
    }

    private var entries: [Entry] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        entries.reserveCapacity(capacity)
    }

    mutating func remember(_ target: Target, _ value: UnsafeRawBufferPointer, _ random: inout SeededRandom) {
        guard entries.count == capacity else {
            entries.append(Entry(target: target, value: [UInt8](value)))
            return
        }
        let index = random.below(capacity)
        entries[index].target = target
        // In place: this runs once an answer, and the old bytes' room nearly always suffices.
        entries[index].value.removeAll(keepingCapacity: true)
        entries[index].value.append(contentsOf: value)
    }

    func draw(_ random: inout SeededRandom) -> Entry? {
        entries.isEmpty ? nil : entries[random.below(entries.count)]
    }
}
