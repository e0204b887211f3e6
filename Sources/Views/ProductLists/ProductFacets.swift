import CColumns
import JSON
import LMDB
import Marketplace

/// Which counts over a whole filtered list are wanted.
public struct ProductFacetKinds: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let category = ProductFacetKinds(rawValue: 1)
    public static let seller = ProductFacetKinds(rawValue: 2)
    public static let price = ProductFacetKinds(rawValue: 4)
    public static let rating = ProductFacetKinds(rawValue: 8)
}

/// Counts over all products that match a filter: over those that the reader's `matches` found.
///
/// Categories and sellers are counted in the reader's counters. Where most products match, those that do not are taken off what
/// is kept of all listed ones.
struct ProductFacets {
    /// At most so many of each are answered, those with the most products. (CONTRACT: Facets.)
    static let categoriesMax = 1_000
    static let sellersMax = 100

    private let kinds: ProductFacetKinds
    /// All that match have the filter's category, and its seller: those facets need no counting.
    private let filter: ProductFilter
    /// What is counted product by product.
    private let counted: ProductFacetKinds
    private let matchCount: Int
    private var prices = vitrine_sums(count: 0, least: .max, most: 0, sum: 0)
    /// How many have an average of at least one star, two, and so on.
    private var reached = InlineArray<5, UInt64>(repeating: 0)

    /// `filter` is that of the matches. Nil when the budget is spent.
    init?(
        _ kinds: ProductFacetKinds, _ filter: ProductFilter, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        (self.kinds, self.filter) = (kinds, filter)
        var counted = kinds.intersection([.category, .seller])
        if filter.category != nil { counted.remove(.category) }
        if filter.seller != nil { counted.remove(.seller) }
        self.counted = counted
        let matches = columns.matches
        matchCount = matches.count
        let countsOthers = matches.count > matches.listedCount / 2
        guard try beginCounters(all: countsOthers, columns, snapshot) else { return nil }
        var cost = 0
        if !counted.isEmpty {
            cost += (countsOthers ? matches.listedCount - matches.count : matches.count) * ReadCost.facet_ns
        }
        let chunk_ns = ReadCost.summedChunk_ns
        if kinds.contains(.price) { cost += matches.chunks * chunk_ns }
        if kinds.contains(.rating) { cost += matches.chunks * chunk_ns }
        guard snapshot.budget.spend(cost) else { return nil }
        for column in comparedColumns { try columns.findAll(column, snapshot) }
        for chunk in 0..<matches.chunks {
            let chosen = matches.chosen(chunk, isCounted: !counted.isEmpty && !countsOthers)
            if !counted.isEmpty {
                let others = countsOthers ? matches.others(chunk, try columns.chunk(.listed, chunk, snapshot)) : nil
                try countValues(chunk, others ?? chosen, step: countsOthers ? .max : 1, columns, snapshot)
            }
            guard chosen.count > 0 else { continue }
            try sumNumbers(chunk, chosen, columns, snapshot)
        }
    }

    private var comparedColumns: [ProductColumn] {
        var columns: [ProductColumn] = [.listed]
        if counted.contains(.category) { columns.append(.category) }
        if counted.contains(.seller) { columns.append(.seller) }
        if kinds.contains(.price) { columns.append(.price) }
        if kinds.contains(.rating) { columns.append(.ratingTenths) }
        return columns
    }

    // MARK: Counting

    /// Sets the counters to 0, or to what is kept of all listed products. False when the budget is spent.
    private func beginCounters(all: Bool, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot)
        throws(LMDBError) -> Bool
    {
        func begin(_ counters: FacetCounters.Counters, _ count: Int, _ column: FacetColumn) throws(LMDBError) -> Bool {
            guard snapshot.budget.spend(count * ReadCost.counter_ns / 2) else { return false }
            guard all else {
                counters.clear(count)
                return true
            }
            try counters.fill(count, from: column.column, columns, snapshot)
            return true
        }
        let counters = columns.counters
        if counted.contains(.category) {
            let count = try snapshot.rowCount(.categoryNames)
            guard try begin(counters.categories, count, .categoryProducts) else { return false }
        }
        if counted.contains(.seller) {
            // Most users are customers. Every seller of a product has an entry there.
            let count = try columns.extent(
                FacetColumn.sellerArrivals.column, of: try snapshot.rowCount(.users), snapshot)
            guard try begin(counters.sellers, count, .sellerProducts) else { return false }
        }
        return true
    }

    private func countValues(
        _ chunk: Int, _ chosen: vitrine_chosen, step: UInt32, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        guard chosen.count > 0 else { return }
        let none = vitrine_entries(parts: (nil, nil, nil, nil))
        let hasCategories = counted.contains(.category)
        let hasSellers = counted.contains(.seller)
        let categories = hasCategories ? try columns.entries(.category, chunk, snapshot) : none
        let sellers = hasSellers ? try columns.entries(.seller, chunk, snapshot) : none
        let counters = columns.counters
        // Safe: an entry is the number of a category or user of this snapshot, and there is a counter for each.
        vitrine_count_entries(
            categories, hasCategories ? counters.categories.memory.baseAddress : nil,
            sellers, hasSellers ? counters.sellers.memory.baseAddress : nil, step, chosen)
    }

    private mutating func sumNumbers(
        _ chunk: Int, _ chosen: vitrine_chosen, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        if kinds.contains(.price) {
            vitrine_sum_entries(try columns.entries(.price, chunk, snapshot), chosen, &prices)
        }
        if kinds.contains(.rating), let tenths = try columns.found(ProductColumn.ratingTenths.column(), chunk, snapshot)
        {
            var counts = reached.mutableSpan
            // Safe: there is a count for each of the C function's steps, and a chunk has as many entries as words have bits.
            counts.withUnsafeMutableBufferPointer { counts in
                vitrine_count_steps(tenths.assumingMemoryBound(to: UInt8.self), 10, chosen, counts.baseAddress!)
            }
        }
    }

    // MARK: The answer

    /// Appends the facets as JSON.
    func append(
        _ names: UserNames, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot, to output: inout ByteWriter
    ) throws(LMDBError) {
        let counters = columns.counters
        output.append("{")
        if kinds.contains(.category) {
            output.append("\"category\":")
            let values =
                if let category = filter.category {
                    try FacetValues(category: category, count: matchCount, snapshot)
                } else {
                    try FacetValues(categories: counters.categories, ProductFacets.categoriesMax, snapshot)
                }
            values.append(to: &output)
        }
        if kinds.contains(.seller) {
            output.append(kinds.isDisjoint(with: .category) ? "\"seller\":" : ",\"seller\":")
            let values =
                if let seller = filter.seller {
                    try FacetValues(seller: seller, count: matchCount, snapshot)
                } else {
                    try FacetValues(sellers: counters.sellers, ProductFacets.sellersMax, columns, snapshot)
                }
            try values.append(names, snapshot, to: &output)
        }
        if kinds.contains(.price) {
            output.append(kinds.isDisjoint(with: [.category, .seller]) ? "\"price\":" : ",\"price\":")
            appendPrices(to: &output)
        }
        if kinds.contains(.rating) {
            output.append(kinds == .rating ? "\"rating\":" : ",\"rating\":")
            appendRatings(to: &output)
        }
        output.append("}")
    }

    /// Appends the facets of no product.
    static func appendEmpty(_ kinds: ProductFacetKinds, to output: inout ByteWriter) {
        var parts: [StaticString] = []
        if kinds.contains(.category) { parts.append("\"category\":[]") }
        if kinds.contains(.seller) { parts.append("\"seller\":[]") }
        if kinds.contains(.price) { parts.append("\"price\":{\"min\":null,\"max\":null,\"average\":null}") }
        if kinds.contains(.rating) { parts.append("\"rating\":[]") }
        output.append("{")
        for (index, part) in parts.enumerated() {
            if index > 0 { output.append(",") }
            output.append(part)
        }
        output.append("}")
    }

    private func appendPrices(to output: inout ByteWriter) {
        let count = prices.count
        guard count > 0 else { return output.append("{\"min\":null,\"max\":null,\"average\":null}") }
        output.append("{\"min\":")
        output.append(decimal: prices.least)
        output.append(",\"max\":")
        output.append(decimal: prices.most)
        output.append(",\"average\":")
        // Half up. The prices of 180,000,000 products, each the highest there is, still fit into a sum.
        let (whole, rest) = prices.sum.quotientAndRemainder(dividingBy: count)
        output.append(decimal: whole + (rest >= count - rest ? 1 : 0))
        output.append("}")
    }

    /// Averages from a star up to the next, by count, then by star.
    private func appendRatings(to output: inout ByteWriter) {
        let counts = (1...5).map { star in
            (star: star, count: reached[star - 1] - (star < 5 ? reached[star] : 0))
        }
        let shown = counts.filter { $0.count > 0 }.sorted { ($1.count, $0.star) < ($0.count, $1.star) }
        output.append("[")
        for (index, entry) in shown.enumerated() {
            output.append(index == 0 ? "{\"value\":" : ",{\"value\":")
            output.append(decimal: entry.star)
            output.append(",\"count\":")
            output.append(decimal: Int64(entry.count))
            output.append("}")
        }
        output.append("]")
    }
}
