@testable import Views

/// Titles that begin alike, and whose sort keys are longer than a key of LMDB.
enum LongTitles {
    /// Some with the same key, some that end where others go on, some whose keys end at a piece's end, short ones between.
    static let some: [String] = {
        let beginnings = [
            String(repeating: "漢", count: 70), String(repeating: "漢", count: 160), String(repeating: "字", count: 160),
            String(repeating: "a", count: 195), String(repeating: "É", count: 150), String(repeating: "aÉ漢", count: 60),
            // Each is eighteen letters: keys of 6,500 bytes and more.
            String(repeating: "\u{FDFA}", count: 150), String(repeating: "\u{FDFA}", count: 190),
        ]
        let ends = ["", "a", "b", "A", "é", "é", "一", "二", "漢", " ", "1", "10", "9", "\u{FDFA}", "zz", "漢漢"]
        // Two bytes of the key each beyond the first: one of them ends at byte 400.
        let lengths = (125...140).map { String(repeating: "漢", count: $0) }
        return beginnings.flatMap { beginning in ends.map { beginning + $0 } } + lengths + [
            "lamp", "漢", "a", "\u{FDFA}",
        ]
    }()

    /// Where titles stand among each other, by whole keys: those of one key together.
    static func ranks(_ titles: Set<String>) -> [String: Int] {
        var ranks: [String: Int] = [:]
        let byKey = Dictionary(grouping: titles) { TitleOrder.key(of: Array($0.utf8)) }
        let ordered = byKey.keys.sorted { $0.lexicographicallyPrecedes($1) }
        for (rank, key) in ordered.enumerated() {
            for title in byKey[key]! { ranks[title] = rank }
        }
        return ranks
    }
}
