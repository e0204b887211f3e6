/// Lines by what was wrong with them, with the first line numbers of each.
struct LineTally {
    private struct Entry {
        var count = 0
        var firstLines: [Int] = []
        /// What was wrong with those, each thing once.
        var firstDetails: [String] = []
    }

    private var entries: [String: Entry] = [:]
    private static let firstLinesMax = 3

    var total: Int { entries.values.reduce(0) { $0 + $1.count } }

    func count(_ reason: String) -> Int { entries[reason]?.count ?? 0 }

    mutating func add(_ reason: String, line: Int, detail: String) {
        var entry = entries[reason] ?? Entry()
        entry.count += 1
        if entry.firstLines.count < Self.firstLinesMax {
            entry.firstLines.append(line)
            if !entry.firstDetails.contains(detail) { entry.firstDetails.append(detail) }
        }
        entries[reason] = entry
    }

    static func + (left: LineTally, right: LineTally) -> LineTally {
        var sum = left
        for (reason, other) in right.entries {
            var entry = sum.entries[reason] ?? Entry()
            entry.count += other.count
            entry.firstLines = Array((entry.firstLines + other.firstLines).sorted().prefix(firstLinesMax))
            entry.firstDetails += other.firstDetails.filter { !entry.firstDetails.contains($0) }
            sum.entries[reason] = entry
        }
        return sum
    }

    /// A line for each reason, the most frequent first: `2 title, first at line 3, 9: Expected 1 to 200 characters, …`.
    var summary: [String] {
        entries.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { reason, entry in
            let places = entry.firstLines.map(String.init).joined(separator: ", ")
            return
                "\(entry.count.grouped) \(reason), first at line \(places): \(entry.firstDetails.joined(separator: "; "))"
        }
    }
}
