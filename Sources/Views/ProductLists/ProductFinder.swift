import JSON
import LMDB

/// A part of a product list that is asked for.
public struct ProductListRequest: Sendable {
    public var filter = ProductFilter()
    public var sort = ProductSort.newest
    public var limit: Int
    /// Where the part before it ended.
    public var after: ProductPlace?

    /// A list is walked so far for products that match before all columns are compared instead.
    var walkStepsMax = 1_000
    /// The products of a seller with no more than these are looked at one by one.
    var sellerProductsMax = 4_096

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
    /// Three ways, each exact. A seller of few products: all of them are looked at. Else the list of the filter's category,
    /// or of all products, is walked in order and what does not match is passed over; where matches are not rare that ends
    /// soon. Else the columns of all products are compared, which takes the same time however few match.
    ///
    /// Over `budget` it ends early, and what it gives is of no use.
    public func findProducts(_ request: ProductListRequest, _ columns: ColumnReader) throws(LMDBError) -> FoundProducts
    {
        let filter = request.filter
        let isNewestOfSeller = request.sort == .newest && filter.category == nil
        if let seller = filter.seller, !isNewestOfSeller,
            case let count = try listedProductCount(ofSeller: seller), count <= request.sellerProductsMax
        {
            guard budget.spend(count * ReadCost.step_ns) else { return FoundProducts() }
            columns.begin(productCount: try productCount())
            return try findAmongProducts(ofSeller: seller, request, columns)
        }
        if let found = try walk(request, columns) { return found }
        return try compareColumns(request, columns)
    }

    private func findAmongProducts(ofSeller seller: UInt64, _ request: ProductListRequest, _ columns: ColumnReader)
        throws(LMDBError) -> FoundProducts
    {
        var filter = request.filter
        filter.seller = nil
        var selection = ProductSelection(request.sort, count: request.limit + 1, after: request.after)
        var walk = try products(.seller(seller), .newest, after: nil)
        while try walk.next(), !budget.isOver {
            if try filter.matches(walk.number, columns, self) { try selection.offer(walk.number, columns, self) }
        }
        return selection.found(request.limit)
    }

    /// Nil when too much had to be passed over.
    private func walk(_ request: ProductListRequest, _ columns: ColumnReader) throws(LMDBError) -> FoundProducts? {
        var filter = request.filter
        var scope = ProductScope.all
        if let category = filter.category {
            scope = .category(category)
            filter.category = nil
        } else if let seller = filter.seller, request.sort == .newest {
            scope = .seller(seller)
            filter.seller = nil
        }
        let isByPrice = request.sort.keptSort == .priceAscending
        let prices = isByPrice ? filter.prices : ViewSnapshot.allPrices
        if isByPrice { filter.prices = ViewSnapshot.allPrices }

        let passesAll = filter.isOpen
        if !passesAll { columns.begin(productCount: try productCount()) }
        var found = FoundProducts()
        found.numbers.reserveCapacity(request.limit)
        var walk = try products(scope, request.sort, after: request.after, prices: prices)
        var steps = 0
        var last: ProductPlace?
        while try walk.next() {
            steps += 1
            if !passesAll {
                guard steps <= request.walkStepsMax else {
                    budget.spend(steps * ReadCost.step_ns)
                    return nil
                }
                guard try filter.matches(walk.number, columns, self) else { continue }
            }
            if found.numbers.count == request.limit {
                found.next = last
                return found
            }
            found.numbers.append(walk.number)
            if found.numbers.count == request.limit { last = walk.place }
        }
        return found
    }

    private func compareColumns(_ request: ProductListRequest, _ columns: ColumnReader) throws(LMDBError)
        -> FoundProducts
    {
        var selection = ProductSelection(request.sort, count: request.limit + 1, after: request.after)
        try forEachChunk(of: request.filter, columns, match_ns: ReadCost.match_ns) { chunk, words throws(LMDBError) in
            try selection.offer(chunk, words, columns, self)
        }
        return selection.found(request.limit)
    }

    /// Calls `body` for each chunk of products with the bits of those that match, the last added first.
    ///
    /// `match_ns` is what `body` costs for each of them.
    private func forEachChunk(
        of filter: ProductFilter, _ columns: ColumnReader, match_ns: Int,
        _ body: (_ chunk: Int, _ words: UnsafePointer<UInt64>) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        var words = InlineArray<63, UInt64>(repeating: 0)
        let chunks = ColumnReader.chunks(of: try productCount())
        guard budget.spend(chunks * ReadCost.productChunk_ns) else { return }
        for chunk in (0..<chunks).reversed() {
            // Safe: the words stay in place during the call, and there are as many as a chunk has.
            try withUnsafeMutableBytes(of: &words) { bytes throws(LMDBError) in
                let words = bytes.baseAddress!.assumingMemoryBound(to: UInt64.self)
                try filter.select(chunk, into: words, columns, self)
                var matches = 0
                for word in 0..<ProductColumn.chunkWords { matches &+= words[word].nonzeroBitCount }
                guard matches > 0, budget.spend(matches * match_ns) else { return }
                try body(chunk, words)
            }
        }
    }

    private func listedProductCount(ofSeller seller: UInt64) throws(LMDBError) -> Int {
        guard let row = try get(.users, number: seller) else { return 0 }
        return Int(UserRow.productCount(in: row))
    }

    /// The numbers of the products with these ids that are listed, in the order given.
    public func listedProducts(_ ids: [[UInt8]], _ columns: ColumnReader) throws(LMDBError) -> [UInt64] {
        columns.begin(productCount: try productCount())
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
        columns.begin(productCount: try productCount())
        let (categories, users) = (try rowCount(.categoryNames), try rowCount(.users))
        let counters =
            (kinds.contains(.category) ? categories : 0) + (kinds.contains(.seller) ? users : 0)
        guard budget.spend(counters * ReadCost.counter_ns) else { return }
        var facets = ProductFacets(kinds, categoryCount: categories, userCount: users)
        let match_ns = kinds.count * ReadCost.facet_ns
        try forEachChunk(of: filter, columns, match_ns: match_ns) { chunk, words throws(LMDBError) in
            try facets.count(chunk, words, columns, self)
        }
        guard !budget.isOver else { return }
        try facets.append(names, self, to: &output)
    }

    /// The facets of a list that has no products.
    public func appendEmptyFacets(_ kinds: ProductFacetKinds, _ names: UserNames, to output: inout ByteWriter)
        throws(LMDBError)
    {
        try ProductFacets(kinds, categoryCount: 0, userCount: 0).append(names, self, to: &output)
    }
}

extension ProductSelection {
    /// What was selected; it was asked for one more than `limit`.
    fileprivate func found(_ limit: Int) -> FoundProducts {
        var found = FoundProducts()
        found.numbers = places.prefix(limit).map { UInt64($0.number) }
        if places.count > limit { found.next = places[limit - 1] }
        return found
    }
}
