import JSON
import LMDB

/// The first products of a list in an order, out of those that it is offered in any order.
struct ProductSelection {
    private let sort: ProductSort
    private let count: Int
    private let after: ProductPlace?
    /// The best so far, in order.
    private(set) var places: [ProductPlace] = []

    /// Keeps the first `count` products behind `after`.
    init(_ sort: ProductSort, count: Int, after: ProductPlace?) {
        (self.sort, self.count, self.after) = (sort, count, after)
        places.reserveCapacity(count + 1)
    }

    private var rankColumn: ProductColumn? {
        switch sort {
        case .newest: nil
        case .priceAscending, .priceDescending: .price
        case .rating: .rating
        case .sold: .sold
        case .title: .title
        }
    }

    private func rank(ofEntry entry: UInt64) -> UInt64 {
        switch sort {
        case .newest: 0
        case .priceAscending, .title: entry
        case .priceDescending, .rating, .sold: ~entry
        }
    }

    /// What comes behind this rank, or with this rank before this time, is not wanted any more.
    private var bound: (rank: UInt64, added: UInt64) {
        guard places.count == count else { return (.max, 0) }
        // One rank of titles holds many, which do not stand by time.
        return (places[count - 1].rank, sort == .title ? 0 : places[count - 1].added)
    }

    /// Offers every product whose bit is set in a chunk's words, the last added first: as ties go by newest, and newest is
    /// an order itself, most of the others are then passed over.
    mutating func offer(
        _ chunk: Int, _ words: UnsafePointer<UInt64>, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        let ranks = try rankColumn.map { column throws(LMDBError) in try columns.chunk(column, chunk, snapshot) }
        let added = try columns.chunk(.addedAt, chunk, snapshot)
        let first = UInt32(chunk * ProductColumn.chunkEntries)
        var bound = self.bound
        for word in (0..<ProductColumn.chunkWords).reversed() {
            var bits = words[word]
            while bits != 0 {
                let bit = 63 - bits.leadingZeroBitCount
                bits &= ~(1 << UInt64(bit))
                let index = 64 * word + bit
                var rank: UInt64 = 0
                if let ranks { rank = self.rank(ofEntry: ColumnReader.entry(rankColumn!, ranks, index)) }
                // Most are behind the last that is kept, by rank alone.
                if rank > bound.rank { continue }
                let added = ColumnReader.entry(.addedAt, added, index)
                if rank == bound.rank, added < bound.added { continue }
                try offer(ProductPlace(rank: rank, added: added, number: first + UInt32(index)), snapshot)
                if snapshot.budget.isOver { return }
                bound = self.bound
            }
        }
    }

    /// Offers one product.
    mutating func offer(_ number: UInt64, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
    {
        var rank: UInt64 = 0
        if let rankColumn { rank = self.rank(ofEntry: try columns.entry(rankColumn, number, snapshot)) }
        let added = try columns.entry(.addedAt, number, snapshot)
        try offer(
            ProductPlace(rank: rank, added: added, number: UInt32(truncatingIfNeeded: number)), snapshot)
    }

    private mutating func offer(_ offered: ProductPlace, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        var place = offered
        if sort == .title {
            // The column holds the key's first bytes only.
            if places.count == count, place.rank > places[count - 1].rank { return }
            snapshot.budget.spend(ReadCost.titleKey_ns)
            place.title = try snapshot.titleKey(UInt64(place.number))
        }
        if let after, !after.isBefore(place) { return }
        if places.count == count {
            guard count > 0, place.isBefore(places[count - 1]) else { return }
            places.removeLast()
        }
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].isBefore(place) { low = middle + 1 } else { high = middle }
        }
        places.insert(place, at: low)
        snapshot.budget.spend(ReadCost.keptProduct_ns)
    }
}

extension ViewSnapshot {
    /// The sort key of a product's title.
    fileprivate func titleKey(_ number: UInt64) throws(LMDBError) -> [UInt8] {
        guard let row = try get(.products, number: number) else {
            preconditionFailure("a column holds product number \(number), which has no row")
        }
        return TitleOrder.key(ofJSON: ProductRow(row).titleJSON)
    }
}
