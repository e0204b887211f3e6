import CColumns
import LMDB

/// The listed products that match a filter, a bit for each by number. A query's page and its facets share them.
///
/// Safe although it keeps bits between calls: they are used again only for the same commit and the same filter.
final class ProductMatches {
    /// A chunk has 63 words.
    private var words = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private var found: (commit: Int, filter: ProductFilter)?
    private(set) var chunks = 0
    /// How many match, and how many are listed.
    private(set) var count = 0
    private(set) var listedCount = 0

    /// Of one chunk: the places of those that match, and the others' bits and places.
    private let places: UnsafeMutablePointer<UInt16>
    private let othersWords: UnsafeMutablePointer<UInt64>
    private let othersPlaces: UnsafeMutablePointer<UInt16>

    init() {
        places = .allocate(capacity: ProductMatches.placesMax)
        othersWords = .allocate(capacity: ProductColumn.chunkWords)
        othersPlaces = .allocate(capacity: ProductMatches.placesMax)
    }

    deinit {
        words.deallocate()
        places.deallocate()
        othersWords.deallocate()
        othersPlaces.deallocate()
    }

    /// `vitrine_choose` asks for 8 more.
    private static let placesMax = ProductColumn.chunkEntries + 8

    /// The products of a chunk that match, until the next call; listed for sure if they are to be counted.
    func chosen(_ chunk: Int, isCounted: Bool) -> vitrine_chosen {
        vitrine_choose(words(chunk), ProductColumn.chunkWords, isCounted ? 1 : 0, places)
    }

    /// The listed products of a chunk that do not match, until the next call.
    func others(_ chunk: Int, _ listed: UnsafeRawPointer) -> vitrine_chosen {
        vitrine_copy_bits(listed, othersWords, ProductColumn.chunkWords)
        let matching = words(chunk)
        for word in 0..<ProductColumn.chunkWords { othersWords[word] &= ~matching[word] }
        return vitrine_choose(othersWords, ProductColumn.chunkWords, 1, othersPlaces)
    }

    func words(_ chunk: Int) -> UnsafePointer<UInt64> {
        precondition(chunk < chunks, "no such chunk")
        return UnsafePointer(words.baseAddress! + chunk * ProductColumn.chunkWords)
    }

    /// Whether any product of a chunk matches.
    func hasAny(_ chunk: Int) -> Bool {
        let words = words(chunk)
        return (0..<ProductColumn.chunkWords).contains { words[$0] != 0 }
    }

    func contains(_ number: UInt64) -> Bool {
        // A chunk is whole words, so the bits of all chunks are those of one long row.
        let (word, bit) = Int(number).quotientAndRemainder(dividingBy: 64)
        precondition(word < chunks * ProductColumn.chunkWords, "no such product")
        return words[word] >> UInt64(bit) & 1 == 1
    }

    /// Finds them by comparing the columns of all products. False when the budget does not reach for that.
    func find(_ filter: ProductFilter, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> Bool
    {
        if let found, found.commit == snapshot.commitNumber, found.filter == filter { return !snapshot.budget.isOver }
        found = nil
        chunks = Column.chunks(of: try snapshot.productCount())
        let read = try filter.columns(columns, snapshot)
        guard snapshot.budget.spend(chunks * read.cost_ns) else { return false }
        if chunks * ProductColumn.chunkWords > words.count {
            words.deallocate()
            words = .allocate(capacity: 2 * chunks * ProductColumn.chunkWords)
        }
        try columns.findAll(.listed, snapshot)
        try read.findAll(columns, snapshot)
        (count, listedCount) = (0, 0)
        for chunk in 0..<chunks {
            let words = words.baseAddress! + chunk * ProductColumn.chunkWords
            let listed = try columns.chunk(.listed, chunk, snapshot)
            listedCount += Int(vitrine_copy_bits(listed, words, ProductColumn.chunkWords))
            try filter.keepMatches(chunk, in: words, read, columns, snapshot)
            count += Int(vitrine_count_bits(words, ProductColumn.chunkWords))
        }
        found = (snapshot.commitNumber, filter)
        return true
    }
}
