import JSON
import LMDB

/// A part of a product list that is asked for.
public struct ProductListRequest: Sendable {
    public var filter = ProductFilter()
    public var sort = ProductSort.newest
    public var limit: Int
    /// Where the part before it ended.
    public var after: ProductPlace?

    // Bounds between the ways of finding, for tests; by the size of the market where they are nil.

    /// A list is walked so far for products that match before all columns are compared.
    var walkStepsMax: Int?
    /// The products of a seller with no more than these are looked at one by one.
    var sellerProductsMax: Int?
    /// A list is walked so far for products that are known to match before all of these are put in order.
    var matchStepsMax: Int?

    public init(limit: Int) { self.limit = limit }
}

/// The products of a part of a list, in order.
public struct FoundProducts {
    public var numbers: [UInt64] = []
    /// The place of the last of them if others follow.
    public var next: ProductPlace?

    fileprivate init() {}
}

extension ViewSnapshot {
    public func productCount() throws(LMDBError) -> Int { try rowCount(.products) }

    /// Finds the first products of a filtered list behind a place.
    ///
    /// Four ways, each exact. A seller of few products: all of them are looked at. Else the list of the filter's category,
    /// or of all products, is walked in order and what does not match is passed over; where matches are not rare that ends
    /// soon. Else the columns of all products are compared, which takes the same time however few match. If it turns out
    /// that many do, the list is walked again, by their bits; else those that match are put in order.
    ///
    /// Over `budget` it ends early, and what it gives is of no use.
    public func findProducts(_ request: ProductListRequest, _ columns: ColumnReader) throws(LMDBError) -> FoundProducts
    {
        let filter = request.filter
        let list = KeptList(request)
        if list.rest.isOpen { return try walk(list, request, stepsMax: .max, columns)! }
        try columns.begin(self)
        let chunks = Column.chunks(of: try productCount())
        let isNewestOfSeller = request.sort == .newest && filter.category == nil
        // A product looked at takes as long as a hundred compared.
        let sellerProductsMax = request.sellerProductsMax ?? 256 + 2 * chunks
        if let seller = filter.seller, !isNewestOfSeller,
            case let count = try listedProductCount(ofSeller: seller), count <= sellerProductsMax
        {
            guard budget.spend(count * ReadCost.step_ns) else { return FoundProducts() }
            return try findAmongProducts(ofSeller: seller, request, columns)
        }
        if let found = try walk(list, request, stepsMax: request.walkStepsMax ?? 64 + chunks, columns) {
            return found
        }
        guard try columns.matches.find(filter, columns, self) else { return FoundProducts() }
        if let found = try walkMatches(list, request, columns) { return found }
        return try selectMatches(request, columns)
    }

    private func findAmongProducts(ofSeller seller: UInt64, _ request: ProductListRequest, _ columns: ColumnReader)
        throws(LMDBError) -> FoundProducts
    {
        var filter = request.filter
        filter.seller = nil
        var selection = ProductSelection(request.sort, count: request.limit + 1, after: request.after)
        var walk = try products(.seller(seller), .newest, after: nil)
        while try walk.next(), !budget.isOver {
            budget.read(rows: 1)
            if try filter.matches(walk.number, columns, self) { try selection.offer(walk.number, columns, self) }
        }
        return try FoundProducts(&selection, request.limit, self)
    }

    /// Walks a list and looks at each product's columns, unless all of the list match.
    private func walk(_ list: KeptList, _ request: ProductListRequest, stepsMax: Int, _ columns: ColumnReader)
        throws(LMDBError) -> FoundProducts?
    {
        let filter = list.rest
        if filter.isOpen { return try walk(list, request, stepsMax: .max, step_ns: 0) { _ in true } }
        return try walk(list, request, stepsMax: stepsMax, step_ns: ReadCost.step_ns) { number throws(LMDBError) in
            try filter.matches(number, columns, self)
        }
    }

    /// Walks a list for the products that are known to match. Nil, too, when too much would have to be passed over if they
    /// were spread evenly.
    private func walkMatches(_ list: KeptList, _ request: ProductListRequest, _ columns: ColumnReader)
        throws(LMDBError) -> FoundProducts?
    {
        let matches = columns.matches
        guard matches.count > 0 else { return FoundProducts() }
        var listed = matches.listedCount
        if let category = request.filter.category {
            listed = Int(try columns.entry(FacetColumn.categoryProducts.column, category, self))
        }
        let stepsExpected = (request.limit + 1) * listed / matches.count
        let isWorthIt = stepsExpected * ReadCost.matchStep_ns < matches.count * ReadCost.match_ns
        guard let stepsMax = request.matchStepsMax ?? (isWorthIt ? 2 * stepsExpected : nil) else { return nil }
        return try walk(list, request, stepsMax: stepsMax, step_ns: ReadCost.matchStep_ns) { matches.contains($0) }
    }

    /// The products of a list that match, in its order. Nil when too much had to be passed over.
    @inline(__always)
    private func walk(
        _ list: KeptList, _ request: ProductListRequest, stepsMax: Int, step_ns: Int,
        _ matches: (UInt64) throws(LMDBError) -> Bool
    ) throws(LMDBError) -> FoundProducts? {
        var found = FoundProducts()
        found.numbers.reserveCapacity(request.limit)
        var walk = try products(list.scope, request.sort, after: request.after, prices: list.prices)
        var steps = 0
        defer {
            budget.spend(steps * step_ns)
            budget.read(rows: steps)
        }
        var last: ProductPlace?
        var seeks = 0
        while try walk.next() {
            steps += 1
            if walk.seeks > seeks {
                guard budget.spend((walk.seeks - seeks) * ReadCost.seek_ns) else { return found }
                seeks = walk.seeks
            }
            guard steps <= stepsMax else { return nil }
            guard try matches(walk.number) else { continue }
            if found.numbers.count == request.limit {
                found.next = last
                return found
            }
            found.numbers.append(walk.number)
            guard found.numbers.count == request.limit else { continue }
            last = walk.place
            if last?.isTitleKeyLong == true { last?.title = try titleText(walk.number) }
        }
        return found
    }

    /// Puts the products that match in order, as far as the page needs.
    private func selectMatches(_ request: ProductListRequest, _ columns: ColumnReader) throws(LMDBError)
        -> FoundProducts
    {
        let matches = columns.matches
        var selection = ProductSelection(request.sort, count: request.limit + 1, after: request.after)
        guard budget.spend(matches.count * ReadCost.match_ns) else { return FoundProducts() }
        // The last added first.
        for chunk in (0..<matches.chunks).reversed() where !budget.isOver {
            guard matches.hasAny(chunk) else { continue }
            try selection.offer(chunk, matches.words(chunk), columns, self)
        }
        return try FoundProducts(&selection, request.limit, self)
    }

    private func listedProductCount(ofSeller seller: UInt64) throws(LMDBError) -> Int {
        guard let row = try get(.users, number: seller) else { return 0 }
        return Int(UserRow.productCount(in: row))
    }

    /// The numbers of the products with these ids that are listed, in the order given.
    public func listedProducts(_ ids: [[UInt8]], _ columns: ColumnReader) throws(LMDBError) -> [UInt64] {
        try columns.begin(self)
        var numbers: [UInt64] = []
        for id in ids {
            guard let number = try productNumber(id.span.bytes) else { continue }
            if try columns.entry(.listed, number, self) == 1 { numbers.append(number) }
        }
        return numbers
    }

    /// Counts over all products that match, as JSON.
    public func appendFacets(
        _ kinds: ProductFacetKinds, of filter: ProductFilter, _ columns: ColumnReader, _ names: UserNames,
        to output: inout ByteWriter
    ) throws(LMDBError) {
        try columns.begin(self)
        guard try columns.matches.find(filter, columns, self) else { return }
        guard let facets = try ProductFacets(kinds, filter, columns, self) else { return }
        try facets.append(names, columns, self, to: &output)
    }

    /// The facets of a list that has no products.
    public func appendEmptyFacets(_ kinds: ProductFacetKinds, to output: inout ByteWriter) {
        ProductFacets.appendEmpty(kinds, to: &output)
    }
}

/// The shortest kept list in a request's order that holds all products that match, and what is left of the filter there.
private struct KeptList {
    var scope = ProductScope.all
    var prices = ViewSnapshot.allPrices
    var rest: ProductFilter

    init(_ request: ProductListRequest) {
        rest = request.filter
        if let category = rest.category {
            scope = .category(category)
            rest.category = nil
        } else if let seller = rest.seller, request.sort == .newest {
            scope = .seller(seller)
            rest.seller = nil
        }
        if request.sort.keptSort == .priceAscending {
            prices = rest.prices
            rest.prices = ViewSnapshot.allPrices
        }
    }
}

extension FoundProducts {
    /// What was selected; it was asked for one more than `limit`.
    fileprivate init(_ selection: inout ProductSelection, _ limit: Int, _ snapshot: borrowing ViewSnapshot)
        throws(LMDBError)
    {
        (numbers, next) = try selection.found(limit, snapshot)
    }
}
