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

    var count: Int { rawValue.nonzeroBitCount }
}

/// Counts over a whole filtered list, of as many products as it is given.
struct ProductFacets {
    /// At most so many of each are answered, those with the most products. (CONTRACT: Facets.)
    static let categoriesMax = 1_000
    static let sellersMax = 100

    private let kinds: ProductFacetKinds
    private var categories: [UInt32] = []
    private var sellers: [UInt32] = []
    private var count: Int64 = 0
    private var priceMin = UInt64.max
    private var priceMax: UInt64 = 0
    private var priceSum: UInt128 = 0
    private var stars: [Int64] = Array(repeating: 0, count: 64)

    /// Categories and sellers are counted by number, in as many places as there are.
    init(_ kinds: ProductFacetKinds, categoryCount: Int, userCount: Int) {
        self.kinds = kinds
        if kinds.contains(.category) { categories = Array(repeating: 0, count: categoryCount) }
        if kinds.contains(.seller) { sellers = Array(repeating: 0, count: userCount) }
    }

    /// Counts every product whose bit is set in a chunk's words.
    mutating func count(
        _ chunk: Int, _ words: UnsafePointer<UInt64>, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        if kinds.contains(.category) {
            let entries = try columns.chunk(.category, chunk, snapshot)
            ProductFacets.forEach(words) { categories[Int(ColumnReader.entry(.category, entries, $0))] &+= 1 }
        }
        if kinds.contains(.seller) {
            let entries = try columns.chunk(.seller, chunk, snapshot)
            ProductFacets.forEach(words) { sellers[Int(ColumnReader.entry(.seller, entries, $0))] &+= 1 }
        }
        if kinds.contains(.price) {
            let entries = try columns.chunk(.price, chunk, snapshot)
            var (low, high, products) = (priceMin, priceMax, Int64(0))
            // Wrapping: a chunk's prices are at most 4,032 times 10^11.
            var sum: UInt64 = 0
            ProductFacets.forEach(words) {
                let price = ColumnReader.entry(.price, entries, $0)
                low = min(low, price)
                high = max(high, price)
                sum &+= price
                products &+= 1
            }
            (priceMin, priceMax, priceSum, count) = (low, high, priceSum + UInt128(sum), count + products)
        }
        if kinds.contains(.rating) {
            let entries = try columns.chunk(.rating, chunk, snapshot)
            ProductFacets.forEach(words) {
                stars[Int(ColumnReader.entry(.rating, entries, $0) >> UInt64(ProductRow.ratingRankTenthsShift))] &+= 1
            }
        }
    }

    @inline(__always)
    private static func forEach(_ words: UnsafePointer<UInt64>, _ body: (Int) -> Void) {
        for word in 0..<ProductColumn.chunkWords {
            var bits = words[word]
            while bits != 0 {
                body(64 * word + bits.trailingZeroBitCount)
                bits &= bits &- 1
            }
        }
    }

    // MARK: The answer

    /// Appends the facets as JSON.
    func append(_ names: UserNames, _ snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError) {
        output.append("{")
        var isFirst = true
        func begin(_ name: StaticString, _ output: inout ByteWriter) {
            if !isFirst { output.append(",") }
            isFirst = false
            output.append("\"")
            output.append(name)
            output.append("\":")
        }
        if kinds.contains(.category) {
            begin("category", &output)
            try appendCategories(snapshot, to: &output)
        }
        if kinds.contains(.seller) {
            begin("seller", &output)
            try appendSellers(names, snapshot, to: &output)
        }
        if kinds.contains(.price) {
            begin("price", &output)
            appendPrices(to: &output)
        }
        if kinds.contains(.rating) {
            begin("rating", &output)
            appendRatings(to: &output)
        }
        output.append("}")
    }

    private func appendCategories(_ snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError) {
        let top = try ProductFacets.top(categories, ProductFacets.categoriesMax, snapshot.budget) {
            number throws(LMDBError) in
            try snapshot.categoryNameJSON(number)
        }
        output.append("[")
        for (index, entry) in top.enumerated() {
            output.append(index == 0 ? "{\"value\":" : ",{\"value\":")
            output.append(entry.json)
            output.append(",\"count\":")
            output.append(decimal: UInt64(entry.count))
            output.append("}")
        }
        output.append("]")
    }

    private func appendSellers(_ names: UserNames, _ snapshot: borrowing ViewSnapshot, to output: inout ByteWriter)
        throws(LMDBError)
    {
        let top = try ProductFacets.top(sellers, ProductFacets.sellersMax, snapshot.budget) {
            number throws(LMDBError) in
            try snapshot.userIdJSON(number)
        }
        output.append("[")
        for (index, entry) in top.enumerated() {
            output.append(index == 0 ? "{\"value\":" : ",{\"value\":")
            output.append(entry.json)
            output.append(",\"name\":")
            try names.append(entry.number, from: snapshot, to: &output)
            output.append(",\"count\":")
            output.append(decimal: UInt64(entry.count))
            output.append("}")
        }
        output.append("]")
    }

    private func appendPrices(to output: inout ByteWriter) {
        guard count > 0 else { return output.append("{\"min\":null,\"max\":null,\"average\":null}") }
        let products = UInt128(count)
        output.append("{\"min\":")
        output.append(decimal: priceMin)
        output.append(",\"max\":")
        output.append(decimal: priceMax)
        output.append(",\"average\":")
        output.append(decimal: UInt64(truncatingIfNeeded: (priceSum * 2 + products) / (products * 2)))
        output.append("}")
    }

    /// Averages from a star up to the next, by count, then by star. Ranks are tenths.
    private func appendRatings(to output: inout ByteWriter) {
        let counts = (1...5).map { star in (star: star, count: stars[(star * 10)..<(star * 10 + 10)].reduce(0, +)) }
        let shown = counts.filter { $0.count > 0 }.sorted { ($1.count, $0.star) < ($0.count, $1.star) }
        output.append("[")
        for (index, entry) in shown.enumerated() {
            output.append(index == 0 ? "{\"value\":" : ",{\"value\":")
            output.append(decimal: entry.star)
            output.append(",\"count\":")
            output.append(decimal: entry.count)
            output.append("}")
        }
        output.append("]")
    }

    /// The numbers with the highest counts, then by value. Only values that may be shown are looked up.
    private static func top(
        _ counts: [UInt32], _ limit: Int, _ budget: ReadBudget, json: (UInt64) throws(LMDBError) -> [UInt8]
    ) throws(LMDBError) -> ArraySlice<(number: UInt64, count: UInt32, json: [UInt8], text: [UInt8])> {
        var found: [(number: UInt64, count: UInt32)] = []
        for number in counts.indices where counts[number] > 0 { found.append((UInt64(number), counts[number])) }
        guard budget.spend(found.count * ReadCost.facetValue_ns) else { return [] }
        found.sort { $0.count > $1.count }
        if found.count > limit {
            let least = found[limit - 1].count
            found.removeSubrange((found[limit...].firstIndex { $0.count < least } ?? found.count)...)
        }
        guard budget.spend(found.count * ReadCost.text_ns) else { return [] }
        var top: [(number: UInt64, count: UInt32, json: [UInt8], text: [UInt8])] = []
        top.reserveCapacity(found.count)
        for entry in found {
            let json = try json(entry.number)
            top.append((entry.number, entry.count, json, JSONText.decode(json)))
        }
        top.sort { $0.count != $1.count ? $0.count > $1.count : $0.text.lexicographicallyPrecedes($1.text) }
        return top.prefix(limit)
    }
}

extension ViewSnapshot {
    fileprivate func categoryNameJSON(_ number: UInt64) throws(LMDBError) -> [UInt8] {
        guard let name = try get(.categoryNames, number: number) else {
            preconditionFailure("a column names category number \(number), which has no row")
        }
        return name.copy()
    }

    fileprivate func userIdJSON(_ number: UInt64) throws(LMDBError) -> [UInt8] {
        guard let row = try get(.users, number: number) else {
            preconditionFailure("a column names user number \(number), which has no row")
        }
        return UserRow(row).idJSON
    }
}
