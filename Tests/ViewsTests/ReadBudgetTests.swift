import JSON
import LMDB
import Testing

@testable import Views

/// What queries cost, and what they do when they may not cost that much.
@Suite struct ReadBudgetTests {
    private let market: SmallMarket

    init() throws { market = try SmallMarket(seed: 1, products: 6_000) }

    private static let allFacets: ProductFacetKinds = [.category, .seller, .price, .rating]

    private func category(_ number: Int, _ snapshot: borrowing ViewSnapshot) throws -> ProductFilter {
        var filter = ProductFilter()
        filter.category = try snapshot.categoryNumber(SmallMarket.category(number).utf8.span.bytes)
        return filter
    }

    private func facets(_ kinds: ProductFacetKinds, of filter: ProductFilter, _ snapshot: borrowing ViewSnapshot)
        throws -> [UInt8]
    {
        var json = ByteWriter()
        try snapshot.appendFacets(kinds, of: filter, ColumnReader(), UserNames(Freshness()), to: &json)
        return json.copyBytes()
    }

    @Test func aPageOfAKeptListCostsNothing() throws {
        let snapshot = try market.build.beginRead()
        snapshot.budget.limit_ns = 0
        for sort in ProductSort.allCases {
            for filter in [ProductFilter(), try category(0, snapshot)] {
                var request = ProductListRequest(limit: 100)
                (request.filter, request.sort) = (filter, sort)
                #expect(try snapshot.findProducts(request, ColumnReader()).numbers.count == 100)
            }
        }
        #expect(snapshot.budget.spent_ns == 0)
        #expect(!snapshot.budget.isOver)
    }

    @Test func aComparisonOfColumnsIsChargedBeforeItBegins() throws {
        let snapshot = try market.build.beginRead()
        var request = ProductListRequest(limit: 10)
        request.filter.prices = 1_000_000...1_000_001
        request.walkStepsMax = 30
        snapshot.budget.limit_ns = 0
        #expect(try snapshot.findProducts(request, ColumnReader()).numbers.isEmpty)
        #expect(snapshot.budget.isOver)
        // Two chunks of one column, and the steps of the walk before: nothing more, so nothing was compared.
        #expect(
            snapshot.budget.spent_ns
                == 31 * ReadCost.step_ns + 2 * (ReadCost.productChunk_ns + ReadCost.comparedChunk_ns))
    }

    /// Within the budget a query does what it does without one; one nanosecond less, and it is over.
    @Test func aQueryIsAnsweredInFullOrIsOver() throws {
        let snapshot = try market.build.beginRead()
        let budget = snapshot.budget
        var costs: Set<Int> = []
        for number in 0..<150 {
            var request = ProductListRequest(limit: Int(market.int(1...40)))
            request.filter = number % 3 == 0 ? ProductFilter() : try category(number % 4, snapshot)
            if number % 2 == 0 {
                let seller = market.seller(number % market.sellers)
                request.filter.seller = try snapshot.userNumber(seller.utf8.span.bytes)
            }
            request.filter.prices = market.int(0...200)...market.int(201...400)
            request.sort = ProductSort.allCases[number % ProductSort.allCases.count]
            // A walk that finds too little, one that is never begun, and a seller's products one by one; then a walk for what
            // matches, or an ordering of that.
            (request.walkStepsMax, request.sellerProductsMax) = [(30, 0), (0, 0), (0, .max)][number % 3]
            request.matchStepsMax = [nil, 0, 1_000][number % 7 % 3]
            budget.limit_ns = .max
            budget.begin()
            let found = try snapshot.findProducts(request, ColumnReader()).numbers
            let cost = budget.spent_ns
            costs.insert(cost)
            budget.limit_ns = cost
            budget.begin()
            #expect(try snapshot.findProducts(request, ColumnReader()).numbers == found)
            #expect(!budget.isOver)
            guard cost > 0 else { continue }
            budget.limit_ns = cost - 1
            budget.begin()
            _ = try snapshot.findProducts(request, ColumnReader())
            #expect(budget.isOver, "\(number)")
            #expect(budget.spent_ns <= cost, "\(number)")
        }
        #expect(costs.count > 50)
    }

    @Test func facetsCostWhatIsCounted() throws {
        let snapshot = try market.build.beginRead()
        let budget = snapshot.budget
        func cost(_ kinds: ProductFacetKinds, _ filter: ProductFilter) throws -> Int {
            budget.limit_ns = .max
            budget.begin()
            let whole = try facets(kinds, of: filter, snapshot)
            let cost = budget.spent_ns
            budget.limit_ns = cost
            budget.begin()
            #expect(try facets(kinds, of: filter, snapshot) == whole)
            #expect(!budget.isOver)
            budget.limit_ns = cost - 1
            budget.begin()
            _ = try facets(kinds, of: filter, snapshot)
            #expect(budget.isOver)
            return cost
        }
        let all = try cost(Self.allFacets, ProductFilter())
        let one = try cost([.price], ProductFilter())
        #expect(all > one)
        // Half of the products are counted, or as many that are left out; of a small category only its own.
        var half = ProductFilter()
        half.prices = 1...200
        let small = try cost([.seller], try category(SmallMarket.categories - 1, snapshot))
        #expect(try cost([.seller], half) > small)
        #expect(small >= 2 * (ReadCost.productChunk_ns + ReadCost.comparedChunk_ns))
    }

    @Test func titlesOfOneBeginningAreCharged() throws {
        let snapshot = try market.build.beginRead()
        var request = ProductListRequest(limit: 100)
        (request.walkStepsMax, request.matchStepsMax) = (0, 0)
        request.filter.prices = 0...1_000
        func cost(_ sort: ProductSort) throws -> Int {
            request.sort = sort
            snapshot.budget.begin()
            _ = try snapshot.findProducts(request, ColumnReader())
            return snapshot.budget.spent_ns
        }
        #expect(try cost(.title) > cost(.priceAscending) + 100 * ReadCost.titleKey_ns)
    }

    /// The newest come last in the columns, and are looked at first: only they are put in their place.
    @Test func theNewestOfManyMatchesAreFoundFirst() throws {
        let snapshot = try market.build.beginRead()
        var request = ProductListRequest(limit: 20)
        (request.walkStepsMax, request.matchStepsMax) = (0, 0)
        request.filter.prices = 0...1_000
        _ = try snapshot.findProducts(request, ColumnReader())
        let matches = market.products.count { $0.isListed && $0.price <= 1_000 }
        let bare = 2 * (ReadCost.productChunk_ns + ReadCost.comparedChunk_ns) + matches * ReadCost.match_ns
        // Times are by chance here: of so many the first 21 are renewed about 21 × ln(6,000 / 21) times.
        #expect(snapshot.budget.spent_ns < bare + 21 * 20 * ReadCost.keptProduct_ns)
    }
}
