import CColumns
import JSON
import LMDB

/// The first products of a list in an order, out of those that it is offered in any order.
struct ProductSelection {
    /// A product and where it stands.
    private struct Candidate {
        var rank: UInt64
        /// Of titles.
        var nextRank: UInt64 = 0
        var added: UInt64
        var number: UInt32

        /// No key has a zero byte, so one that is not longer is known whole.
        var isTitleWhole: Bool { nextRank & 0xFF == 0 }
    }

    private let sort: ProductSort
    private let count: Int
    private var after: Candidate?
    private var afterTitleKey: [UInt8] = []
    /// The best so far, in order.
    private var candidates: [Candidate] = []
    /// Sort keys of titles, by product: each is made only when sixteen bytes of it do not tell.
    private var titleKeys: [UInt32: [UInt8]] = [:]

    /// Keeps the first `count` products behind `after`.
    init(_ sort: ProductSort, count: Int, after: ProductPlace?) {
        (self.sort, self.count) = (sort, count)
        if let after {
            self.after = Candidate(rank: after.rank, added: after.added, number: after.number)
            if sort == .title {
                self.after?.nextRank = TitleOrder.nextRank(after.titleKey)
                afterTitleKey = after.titleKey
            }
        }
        candidates.reserveCapacity(count + 1)
    }

    private var rankColumn: ProductColumn? {
        switch sort {
        case .newest, .title: nil
        case .priceAscending, .priceDescending: .price
        case .rating: .rating
        case .sold: .sold
        }
    }

    private func rank(ofEntry entry: UInt64) -> UInt64 {
        switch sort {
        case .newest: 0
        case .priceAscending, .title: entry
        case .priceDescending, .rating, .sold: ~entry
        }
    }

    // MARK: Offering

    /// Offers every product whose bit is set in a chunk's words, the last added first: as ties go by newest, and newest is
    /// an order itself, most of the others are then passed over.
    mutating func offer(
        _ chunk: Int, _ words: UnsafePointer<UInt64>, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        let ranks = try rankColumn.map { column throws(LMDBError) in try columns.entries(column, chunk, snapshot) }
        let isByTitle = sort == .title
        let titles = isByTitle ? try columns.chunk(.title, chunk, snapshot) : nil
        let nextTitles = isByTitle ? try columns.chunk(.titleNext, chunk, snapshot) : nil
        let added = try columns.chunk(.addedAt, chunk, snapshot)
        let first = UInt32(chunk * ProductColumn.chunkEntries)
        var bound = self.bound
        var near = InlineArray<63, UInt64>(repeating: 0)
        for word in near.indices { near[word] = words[word] }
        keepNear(bound.rank, ranks, titles, in: &near)
        for word in near.indices.reversed() {
            var bits = near[word]
            while bits != 0 {
                let bit = 63 - bits.leadingZeroBitCount
                bits &= ~(1 << UInt64(bit))
                let index = 64 * word + bit
                var candidate = Candidate(rank: 0, added: 0, number: first + UInt32(index))
                // Most are behind the last that is kept, by rank alone.
                if let titles, let nextTitles {
                    candidate.rank = ColumnReader.entry(64, titles, index)
                    if candidate.rank > bound.rank { continue }
                    candidate.nextRank = ColumnReader.entry(64, nextTitles, index)
                    if candidate.rank == bound.rank, candidate.nextRank > bound.nextRank { continue }
                } else if let ranks {
                    candidate.rank = rank(ofEntry: ranks.entry(index))
                    if candidate.rank > bound.rank { continue }
                }
                candidate.added = ColumnReader.entry(64, added, index)
                if candidate.rank == bound.rank, candidate.added < bound.added { continue }
                try offer(candidate, snapshot)
                if snapshot.budget.isOver { return }
                bound = self.bound
            }
        }
    }

    /// Clears the bits of what comes before `after` or behind a rank, as far as ranks tell.
    private func keepNear(
        _ bound: UInt64, _ ranks: vitrine_entries?, _ titles: UnsafeRawPointer?,
        in words: inout InlineArray<63, UInt64>
    ) {
        let first = after?.rank ?? 0
        guard first > 0 || bound < .max, first <= bound else { return }
        var span = words.mutableSpan
        // Safe: there are as many words as a chunk has, and as many entries.
        span.withUnsafeMutableBufferPointer { words in
            guard let start = words.baseAddress else { return }
            if let titles {
                vitrine_filter_range(
                    titles.assumingMemoryBound(to: UInt64.self), first, bound, start, words.count)
            } else if let ranks {
                let (least, most) = sort == .priceAscending ? (first, bound) : (~bound, ~first)
                vitrine_keep_between(ranks, least, most, start, words.count)
            }
        }
    }

    /// What comes behind these ranks, or with this rank before this time, is not wanted any more.
    private var bound: (rank: UInt64, nextRank: UInt64, added: UInt64) {
        guard candidates.count == count, let last = candidates.last else { return (.max, .max, 0) }
        // One rank of titles holds many, which do not stand by time.
        return (last.rank, last.nextRank, sort == .title ? 0 : last.added)
    }

    /// Offers one product.
    mutating func offer(_ number: UInt64, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
    {
        var candidate = Candidate(rank: 0, added: 0, number: UInt32(truncatingIfNeeded: number))
        if let rankColumn {
            candidate.rank = rank(ofEntry: try columns.entry(rankColumn, number, snapshot))
        } else if sort == .title {
            candidate.rank = try columns.entry(.title, number, snapshot)
            candidate.nextRank = try columns.entry(.titleNext, number, snapshot)
        }
        candidate.added = try columns.entry(.addedAt, number, snapshot)
        try offer(candidate, snapshot)
    }

    private mutating func offer(_ candidate: Candidate, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        if let after {
            let isBehind = try ProductSelection.isBefore(after, candidate, sort) { () throws(LMDBError) in
                (afterTitleKey, try titleKey(candidate, snapshot))
            }
            guard isBehind else { return }
        }
        if candidates.count == count {
            guard count > 0, try isBefore(candidate, candidates[count - 1], snapshot) else { return }
            titleKeys[candidates.removeLast().number] = nil
        }
        var low = 0
        var high = candidates.count
        while low < high {
            let middle = (low + high) / 2
            if try isBefore(candidates[middle], candidate, snapshot) { low = middle + 1 } else { high = middle }
        }
        candidates.insert(candidate, at: low)
        snapshot.budget.spend(ReadCost.keptProduct_ns)
    }

    private mutating func isBefore(_ left: Candidate, _ right: Candidate, _ snapshot: borrowing ViewSnapshot)
        throws(LMDBError) -> Bool
    {
        try ProductSelection.isBefore(left, right, sort) { () throws(LMDBError) in
            (try titleKey(left, snapshot), try titleKey(right, snapshot))
        }
    }

    /// Asks for the keys of their titles only when they decide.
    private static func isBefore(
        _ left: Candidate, _ right: Candidate, _ sort: ProductSort,
        titleKeys: () throws(LMDBError) -> (left: [UInt8], right: [UInt8])
    ) throws(LMDBError) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        if left.nextRank != right.nextRank { return left.nextRank < right.nextRank }
        if sort == .title, !left.isTitleWhole {
            let keys = try titleKeys()
            let order = TitleOrder.compare(keys.left, keys.right)
            if order != 0 { return order < 0 }
        }
        return left.added != right.added ? left.added > right.added : left.number > right.number
    }

    private mutating func titleKey(_ candidate: Candidate, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> [UInt8]
    {
        if let key = titleKeys[candidate.number] { return key }
        let key = TitleOrder.key(of: try snapshot.titleText(UInt64(candidate.number)))
        snapshot.budget.spend(ReadCost.titleKey_ns + key.count * ReadCost.titleKeyByte_ns)
        titleKeys[candidate.number] = key
        return key
    }

    // MARK: What was selected

    /// The first `limit`, and the place of the last of them when there are more.
    mutating func found(_ limit: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> (numbers: [UInt64], next: ProductPlace?)
    {
        let numbers = candidates.prefix(limit).map { UInt64($0.number) }
        guard candidates.count > limit, limit > 0 else { return (numbers, nil) }
        let titleKey = sort == .title ? try titleKey(candidates[limit - 1], snapshot) : []
        let last = candidates[limit - 1]
        var place = ProductPlace(rank: last.rank, titleKey: titleKey, added: last.added, number: last.number)
        if place.isTitleKeyLong { place.title = try snapshot.titleText(UInt64(last.number)) }
        return (numbers, place)
    }
}
