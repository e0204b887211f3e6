import Foundation
import JSON
import LMDB
import Marketplace
import Testing

@testable import Views

/// Filtered lists and their facets against arrays, found in each of the four ways.
@Suite struct ProductListTests {
    @Test(arguments: [nil, LongTitles.some]) func everyWayFindsWhatAFilterAsksFor(titles: [String]?) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("everyWayFindsWhatAFilterAsksFor: seed \(seed)")
        // More than a chunk of 4,032.
        let market = try SmallMarket(seed: seed, products: 6_000, titles: titles)
        let snapshot = try market.build.beginRead()
        let columns = ColumnReader()
        var ways = [Int](repeating: 0, count: 5)
        for _ in 0..<250 {
            var wanted = Wanted(market)
            if titles != nil { wanted.sort = .title }
            let expected = wanted.products(of: market)
            var request = ProductListRequest(limit: Int(market.int(1...40)))
            request.filter = try wanted.filter(market, snapshot)
            request.sort = wanted.sort
            // The usual bounds; a walk to the end; those that match put in order; a list walked for those that match; a
            // seller's products one by one.
            let way = Int(market.int(0...4))
            ways[way] += 1
            switch way {
            case 0: break
            case 1: (request.walkStepsMax, request.sellerProductsMax) = (.max, 0)
            case 2: (request.walkStepsMax, request.sellerProductsMax, request.matchStepsMax) = (3, 0, 0)
            case 3: (request.walkStepsMax, request.sellerProductsMax, request.matchStepsMax) = (0, 0, .max)
            default: (request.walkStepsMax, request.sellerProductsMax) = (0, .max)
            }
            // A few pages from the beginning, then from somewhere.
            var found: [UInt64] = []
            for _ in 0..<3 {
                let page = try snapshot.findProducts(request, columns)
                found += page.numbers
                #expect(page.numbers.count == min(request.limit, expected.count - found.count + page.numbers.count))
                #expect((page.next != nil) == (found.count < expected.count), "\(wanted)")
                guard let next = page.next else { break }
                request.after = try wanted.roundTrip(next)
            }
            #expect(found == expected.prefix(found.count).map(\.number), "\(wanted)")
            try expectFacets(market, wanted, expected, request.filter, snapshot, columns)
        }
        #expect(ways.allSatisfy { $0 > 20 }, "\(ways)")
    }

    /// Categories and sellers that came to many products while others joined and left them, and those that did not.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func setsHoldTheListedProductsOfThoseOfMany(seed: UInt64) throws {
        let market = try SmallMarket(seed: seed, products: 6_000)
        let snapshot = try market.build.beginRead()
        let columns = ColumnReader()
        try columns.begin(snapshot)
        var kept = 0
        func expect(_ set: ProductSet, _ members: Set<UInt64>) throws {
            let found = try (0..<UInt64(market.products.count)).filter {
                try columns.entry(set.column, $0, snapshot) == 1
            }
            let isKept = try set.isKept(columns, snapshot)
            if members.count > Int(ProductSet.arrivalsMax) { #expect(isKept) }
            #expect(Set(found) == (isKept ? members : []), "\(set)")
            kept += isKept ? 1 : 0
        }
        let listed = market.products.filter(\.isListed)
        for category in 0..<SmallMarket.categories {
            guard let number = try snapshot.categoryNumber(SmallMarket.category(category).utf8.span.bytes) else {
                continue
            }
            let members = listed.filter { $0.category == category }.map(\.number)
            try expect(ProductSet(kind: .category, number: number), Set(members))
        }
        for seller in 0..<market.sellers {
            let number = try #require(try snapshot.userNumber(market.seller(seller).utf8.span.bytes))
            let members = listed.filter { $0.seller == seller }.map(\.number)
            try expect(ProductSet(kind: .seller, number: number), Set(members))
        }
        #expect((2..<SmallMarket.categories).contains(kept))
    }

    /// Hundreds of sellers have one product each that matches, and sixteen bytes do not tell their ids.
    @Test(arguments: ["s", "seller-number-", "seller-of-all-kinds-of-goods-"])
    func sellersOfAsManyProductsGoById(prefix: String) throws {
        let market = try SmallMarket(seed: 7, products: 1_500, sellers: 700, sellerPrefix: prefix)
        let snapshot = try market.build.beginRead()
        let columns = ColumnReader()
        for stride in [1, 40, 130, 400] {
            var wanted = Wanted(market)
            (wanted.category, wanted.seller, wanted.ratingTenthsMin, wanted.inStock) = (nil, nil, nil, false)
            wanted.prices = 1...Int64(400 / stride)
            try expectFacets(
                market, wanted, wanted.products(of: market), try wanted.filter(market, snapshot), snapshot, columns)
        }
    }

    /// Beyond the counts that are told apart by how many have each.
    @Test func facetsOfThousandsOfProductsEach() throws {
        let counters = FacetCounters.Counters()
        counters.clear(2_000)
        for number in 0..<2_000 { counters.memory[number] = UInt32(number < 1_200 ? 5_000 + number % 7 : number % 3) }
        let most = FacetValues.most(counters, 500, ReadBudget())
        let ordered = (0..<2_000).sorted { counters.memory[$0] > counters.memory[$1] }
        let least = counters.memory[ordered[499]]
        #expect(Set(most.certain) == Set(ordered.filter { counters.memory[$0] > least }.map(UInt32.init)))
        #expect(Set(most.tied) == Set(ordered.filter { counters.memory[$0] == least }.map(UInt32.init)))
        #expect(most.certain.count < 500 && most.certain.count + most.tied.count >= 500)
    }

    @Test func titlesGoByTheRootCollation() {
        let ordered = [
            "", " a", "1", "10", "9", "a", "A", "á", "ab", "Äpfel", "apple", "résumé", "resumes", "z", "Ω", "漢",
        ]
        let keys = ordered.map { TitleOrder.key(of: Array($0.utf8)) }
        for (left, right) in zip(keys, keys.dropFirst()) { #expect(left.lexicographicallyPrecedes(right)) }
        for key in keys { #expect(!key.contains(0)) }
    }

    private func expectFacets(
        _ market: SmallMarket, _ wanted: Wanted, _ expected: [SmallMarket.Product], _ filter: ProductFilter,
        _ snapshot: borrowing ViewSnapshot,
        _ columns: ColumnReader
    ) throws {
        var json = ByteWriter()
        try snapshot.appendFacets(
            [.category, .seller, .price, .rating], of: filter, columns, UserNames(Freshness()), to: &json)
        let facets = try #require(
            try JSONSerialization.jsonObject(with: Data(json.copyBytes())) as? [String: NSObject])

        func counted(_ value: (SmallMarket.Product) -> String) -> [(String, Int)] {
            Dictionary(grouping: expected, by: value).map { ($0, $1.count) }
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        }
        let categories = counted { "\(SmallMarket.category($0.category))" }
        #expect(facets["category"] == categories.map { ["value": $0.0, "count": $0.1] as NSDictionary } as NSArray)
        let sellers = counted { "\(market.seller($0.seller))" }.prefix(ProductFacets.sellersMax)
        let names = Dictionary(
            uniqueKeysWithValues: (0..<market.sellers).map { ("\(market.seller($0))", "Seller \($0)") })
        #expect(
            facets["seller"]
                == sellers.map {
                    ["value": $0.0, "name": names[$0.0]!, "count": $0.1] as NSDictionary
                } as NSArray)
        let sum: Int64 = expected.reduce(0) { $0 + $1.price }
        let prices: [String: Any] =
            expected.isEmpty
            ? ["min": NSNull(), "max": NSNull(), "average": NSNull()]
            : [
                "min": expected.map(\.price).min()!, "max": expected.map(\.price).max()!,
                "average": (2 * sum + Int64(expected.count)) / Int64(2 * expected.count),
            ]
        #expect(facets["price"] == prices as NSDictionary, "\(wanted)")
        let stars = Dictionary(grouping: expected.compactMap { $0.ratingTenths }) { $0 / 10 }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        #expect(
            facets["rating"] == stars.map { ["value": $0.key, "count": $0.value.count] as NSDictionary } as NSArray)
    }
}

/// A filter and an order by chance.
private struct Wanted: CustomStringConvertible {
    var category: Int?
    var seller: Int?
    var prices: ClosedRange<Int64>?
    var ratingTenthsMin: UInt32?
    var inStock: Bool
    var sort: ProductSort

    init(_ market: SmallMarket) {
        func chance(_ oneIn: Int64) -> Bool { market.int(1...oneIn) == 1 }
        category = chance(2) ? Int(market.int(0...Int64(SmallMarket.categories - 1))) : nil
        seller = chance(3) ? Int(market.int(0...Int64(market.sellers - 1))) : nil
        let low = market.int(0...420)
        let high = chance(4) ? market.int(60_000...100_000_000_000) : low + market.int(0...60)
        prices = chance(3) ? low...high : nil
        ratingTenthsMin = chance(3) ? UInt32(market.int(10...50)) : nil
        inStock = chance(3)
        sort = ProductSort.allCases[Int(market.int(0...Int64(ProductSort.allCases.count - 1)))]
    }

    var description: String {
        "category \(category as Any) seller \(seller as Any) prices \(prices as Any) rating \(ratingTenthsMin as Any) "
            + "inStock \(inStock) sort \(sort)"
    }

    func filter(_ market: SmallMarket, _ snapshot: borrowing ViewSnapshot) throws -> ProductFilter {
        var filter = ProductFilter()
        if let category {
            filter.category = try snapshot.categoryNumber(SmallMarket.category(category).utf8.span.bytes)
        }
        if let seller { filter.seller = try snapshot.userNumber(market.seller(seller).utf8.span.bytes) }
        if let prices { filter.prices = prices }
        filter.ratingTenthsMin = ratingTenthsMin
        filter.inStock = inStock
        return filter
    }

    /// The place as a cursor gives it back.
    func roundTrip(_ place: ProductPlace) throws -> ProductPlace {
        var bytes = ByteWriter()
        place.append(sort, to: &bytes)
        return try #require(ProductPlace(bytes.copyBytes(), sort))
    }

    /// The products that match, in order.
    func products(of market: SmallMarket) -> [SmallMarket.Product] {
        let found = market.products.filter { product in
            product.isListed && (category == nil || product.category == category)
                && (seller == nil || product.seller == seller) && (prices?.contains(product.price) ?? true)
                && (ratingTenthsMin == nil || product.ratingTenths ?? 0 >= ratingTenthsMin!)
                && (!inStock || product.stock > 0)
        }
        return found.sorted { left, right in
            switch sort {
            case .newest: break
            case .priceAscending: if left.price != right.price { return left.price < right.price }
            case .priceDescending: if left.price != right.price { return left.price > right.price }
            case .rating:
                let ranks = [left, right].map { (($0.ratingTenths ?? -1), Int64($0.ratings.count)) }
                if ranks[0] != ranks[1] { return ranks[0] > ranks[1] }
            case .sold: if left.sold != right.sold { return left.sold > right.sold }
            case .title:
                let (leftRank, rightRank) = (market.titleRanks[left.title]!, market.titleRanks[right.title]!)
                if leftRank != rightRank { return leftRank < rightRank }
            }
            return (left.addedAt, left.number) > (right.addedAt, right.number)
        }
    }
}
