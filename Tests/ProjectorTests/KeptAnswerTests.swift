import Foundation
import JSON
import Marketplace
import Queries
import Testing
import Views

/// What a query engine keeps through writes: nothing that is not the answer any more, and nearly everything else.
@Suite struct KeptAnswerTests {
    // MARK: Never too old

    @Test func whatIsKeptIsWhatWouldBeRendered() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("whatIsKeptIsWhatWouldBeRendered: seed \(seed)")
        let market = try ChangingMarket(seed: seed)
        let products = (0..<45).map { _ in
            market.added(category: Int(market.int(0...3)), seller: Int(market.int(0...2)), price: market.int(1...9))
        }
        try market.write(products, inAnyOrder: true)
        var keeper = try Keeper(market, cacheBytes: 64 << 20)
        var renderer = try Keeper(market, cacheBytes: 0)
        var targets: [Target] = []
        /// By target, at the applied position.
        var known: [[UInt8]: String] = [:]
        var (kept, dropped, early) = (0, 0, 0)
        for round in 0..<160 {
            if round % 20 == 0 {
                targets = try Self.targets(&renderer)
                known = try renderer.renderAll(targets, at: market.position)
            }
            var fresh: [[UInt8]: String] = [:]
            let applied = market.position
            let events = (0..<market.int(1...3)).map { _ in market.randomEvent() }
            try market.write(
                events, inAnyOrder: true,
                beforeCommit: {
                    // The stamps are there and the rows are not: what is kept is of before, or dropped too early.
                    guard round % 4 == 1 else { return }
                    for target in targets {
                        guard let answer = keeper.kept(target) else { continue }
                        #expect(answer.position == applied)
                        #expect(answer.body == known[target.bytes], "\(target)")
                    }
                },
                beforePublish: {
                    fresh = try renderer.renderAll(targets, at: market.position)
                    // The rows are there and the position is not: an answer is of one or the other, as its token says.
                    guard round % 4 == 2 else { return }
                    // Twice: what was made now is asked for again before it is published. After an answer of the new
                    // position none is of the old one, though it be kept and right.
                    var seen = applied
                    for target in targets + targets {
                        let answer = try keeper.ask(target)
                        let isEarly = answer.position == market.position
                        if isEarly { early += 1 } else { #expect(answer.position == applied) }
                        #expect(answer.position >= seen, "\(target)")
                        seen = answer.position
                        #expect(answer.body == (isEarly ? fresh : known)[target.bytes], "\(target)")
                    }
                })
            known = fresh
            for target in targets {
                if let answer = keeper.kept(target) {
                    kept += 1
                    #expect(answer.position == market.position)
                    #expect(answer.body == known[target.bytes], "\(target) after \(events)")
                } else if market.int(0...9) > 0 {
                    dropped += 1
                    _ = try keeper.ask(target)
                }
            }
        }
        // All of them were often put to the test.
        #expect(kept > 10_000)
        #expect(dropped > 1_000)
        #expect(early > 100)
    }

    /// Pages of every list that is kept and of lists that are chosen by more, and single things.
    private static func targets(_ renderer: inout Keeper) throws -> [Target] {
        var targets: [Target] = []
        let filters = ["", "seller=s0", "seller=s1", "category=k1&seller=s1"] + (0...3).map { "category=k\($0)" }
        for filter in filters {
            for (index, sort) in ["newest", "price", "-price", "-rating", "-sold", "title"].enumerated() {
                targets += try renderer.pages("/v1/products?limit=\(3 + index % 3)&sort=\(sort)&\(filter)", 4)
            }
        }
        for filter in [
            "minPrice=3&maxPrice=6&sort=price", "minRating=3&category=k0", "inStock=true", "facets=category,price",
            "category=k1&facets=rating,seller", "category=k2&minPrice=2&sort=-price", "ids=p1,p2,p3", "ids=p40,p7",
            "ids=p9,p9", "category=k0&limit=100", "ids=p1,p55",
        ] {
            targets.append(try Target("/v1/products?\(filter)"))
        }
        for filter in [
            "", "customer=c0", "customer=c1", "seller=s0", "customer=c0&seller=s0", "status=paid",
            "customer=c1&status=created", "from=1970-01-01&to=1970-01-02", "seller=s1&to=1970-01-01",
        ] {
            for sort in ["-placedAt", "placedAt", "-total"] {
                targets += try renderer.pages("/v1/orders?limit=3&sort=\(sort)&\(filter)", 2)
            }
        }
        for index in 0...3 {
            targets += try ["/v1/products/p\(index)", "/v1/products/p\(index)/reviews"].map { try Target($0) }
        }
        return targets + [try Target("/v1/users/s0"), try Target("/v1/users/c1")]
    }

    // MARK: Not dropped for nothing

    /// Sixty products of one seller and category, the last added first: p59 to p55 stand on the first page of five.
    private func marketOfOneCategory() throws -> ChangingMarket {
        let market = try ChangingMarket(seed: 1)
        try market.write((0..<60).map { market.added(category: 0, seller: 0, price: 100 + Int64($0)) })
        return market
    }

    @Test(arguments: ["", "&category=k0", "&seller=s0"])
    func aPageIsDroppedForWhatItShowsOnly(_ filter: String) throws {
        let market = try marketOfOneCategory()
        var keeper = try Keeper(market)
        let pages = try keeper.pages("/v1/products?limit=5\(filter)", 5)
        #expect(try keeper.dropped(pages) { try market.write([.stock("p47")]) } == [2])
        #expect(try keeper.dropped(pages) { try market.write([.price("p49", 1)]) } == [2])
        #expect(try keeper.dropped(pages) { try market.write([.price("p59", 999), .stock("p41")]) } == [0, 3])
        #expect(try keeper.dropped(pages) { try market.write([.rating("p30")]) } == [])
        #expect(try keeper.dropped(pages) { try market.write([market.ordered(50, customer: 0)]) } == [1])
        // One that enters moves all behind it.
        #expect(
            try keeper.dropped(pages) { try market.write([market.added(category: 0, seller: 0, price: 1)]) }
                == [0, 1, 2, 3, 4])
    }

    @Test(arguments: ["", "&category=k0", "&seller=s0"])
    func aPageIsDroppedWhenTheProductBehindItGoes(_ filter: String) throws {
        let market = try marketOfOneCategory()
        var keeper = try Keeper(market)
        let pages = try [58, 59, 60].map { try Target("/v1/products?limit=\($0)\(filter)") }
        // p0 stands on the last, and is what follows the one before it.
        #expect(
            try keeper.dropped(pages) {
                try market.write([.productDiscontinued(ProductDiscontinued(productId: "p0"))])
            } == [0, 1, 2])
        #expect(try keeper.ask(pages[1]).body.hasSuffix("\"nextCursor\":null}"))
    }

    @Test func aMoveInOneOrderLeavesTheOthers() throws {
        let market = try marketOfOneCategory()
        // p0 is on none of the first pages but that by price, where it is the first.
        let sorts = ["newest", "price", "-price", "-rating", "-sold", "title"]
        var keeper = try Keeper(market)
        let pages = try sorts.map { try Target("/v1/products?limit=5&category=k0&sort=\($0)") }
        #expect(try keeper.dropped(pages) { try market.write([.stock("p20")]) } == [])
        #expect(try keeper.dropped(pages) { try market.write([.price("p20", 150)]) } == [1, 2])
        #expect(try keeper.dropped(pages) { try market.write([.rating("p20")]) } == [3])
        #expect(try keeper.dropped(pages) { try market.write([market.ordered(20, customer: 0)]) } == [3, 4])
        #expect(try keeper.dropped(pages) { try market.write([.title("p20", "Zebra")]) } == [3, 4, 5])
        #expect(try keeper.dropped(pages) { try market.write([.category("p21", "k1")]) } == [0, 1, 2, 3, 4, 5])
    }

    @Test func anotherCategoryOrSellerDropsNothing() throws {
        let market = try marketOfOneCategory()
        try market.write((0..<5).map { _ in market.added(category: 1, seller: 1, price: 5) })
        var keeper = try Keeper(market)
        let pages = try ["category=k0", "category=k1", "seller=s0", "seller=s1", ""].map {
            try Target("/v1/products?limit=5&\($0)")
        }
        #expect(
            try keeper.dropped(pages) { try market.write([market.added(category: 1, seller: 1, price: 5)]) }
                == [1, 3, 4])
        #expect(
            try keeper.dropped(pages) { try market.write([market.added(category: 0, seller: 1, price: 5)]) }
                == [0, 3, 4])
        #expect(try keeper.dropped(pages) { try market.write([.category("p3", "k1")]) } == [0, 1])
    }

    @Test func aListThatIsChosenByMoreIsDroppedForAnyOfItsProducts() throws {
        let market = try marketOfOneCategory()
        var keeper = try Keeper(market)
        let pages = try ["", "&facets=price", "&inStock=true", "&minPrice=1&sort=price", "&minRating=1"].map {
            try Target("/v1/products?limit=5&category=k0\($0)")
        }
        #expect(try keeper.dropped(pages) { try market.write([.stock("p9")]) } == [1, 2, 3, 4])
    }

    @Test func productsByIdAreKeptWhereAllAreListed() throws {
        let market = try marketOfOneCategory()
        var keeper = try Keeper(market)
        let pages = try ["p1,p2", "p3", "p2,none"].map { try Target("/v1/products?ids=\($0)") }
        // The last is never kept.
        #expect(try keeper.dropped(pages) { try market.write([.stock("p9")]) } == [2])
        #expect(try keeper.dropped(pages) { try market.write([.stock("p2")]) } == [0, 2])
        #expect(
            try keeper.dropped(pages) {
                try market.write([.productDiscontinued(ProductDiscontinued(productId: "p3"))])
            } == [1, 2])
        #expect(try keeper.dropped(pages) {} == [1, 2])
    }

    @Test func aPageOfOrdersIsDroppedForItsOrdersAndForNewOnes() throws {
        let market = try marketOfOneCategory()
        try market.write([market.added(category: 1, seller: 1, price: 5)])
        try market.write((0..<10).map { market.ordered($0, customer: $0 % 2) })
        var keeper = try Keeper(market)
        // o9 and o8 are the newest.
        let pages = try [
            "", "customer=c0", "customer=c1", "seller=s0", "seller=s1", "sort=placedAt", "customer=c0&sort=-total",
            "status=created", "to=2000-01-01",
        ].map { try Target("/v1/orders?limit=2&\($0)") }
        #expect(try keeper.dropped(pages) { try market.write([.orderPaid(OrderPaid(orderId: "o5"))]) } == [7])
        #expect(
            try keeper.dropped(pages) { try market.write([.orderPaid(OrderPaid(orderId: "o9"))]) } == [0, 2, 3, 7, 8])
        #expect(
            try keeper.dropped(pages) { try market.write([market.ordered(60, customer: 0)]) }
                == [0, 1, 4, 5, 6, 7, 8])
        #expect(try keeper.dropped(pages) { try market.write([.name("s0", "New")]) } == Array(pages.indices))
    }

    // MARK: What it takes

    @Test func theLongestPageIsKeptAndItsStampsAreCounted() throws {
        let market = try marketOfOneCategory()
        try market.write((0..<60).map { market.added(category: 1, seller: 0, price: 100 + Int64($0)) })
        var bytes: [Int] = []
        for limit in [10, 100] {
            var keeper = try Keeper(market)
            let target = try Target("/v1/products?limit=\(limit)&sort=price")
            let answer = try keeper.ask(target)
            #expect(keeper.kept(target)?.body == answer.body)
            bytes.append(keeper.bytes - answer.body.utf8.count - target.bytes.count)
        }
        #expect(bytes[1] - bytes[0] == 90 * MemoryLayout<Int32>.size)
    }

    /// A market of a usual size: nothing in it may spoil another's pages for ever.
    @Test func productsShareNoPlaceWithListsNorMuchWithEachOther() {
        let products = (0..<UInt64(75_000)).map { Partition.product($0).stampIndex }
        #expect(Set(products).count == 75_000)
        let kept: [ProductSort] = [.newest, .priceAscending, .rating, .sold, .title]
        var lists: [Partition] = [.allProducts, .allOrders, .sales, .orderPlaces(.all)]
        for sort in kept { lists.append(.productPlaces(.all, sort)) }
        for number in 0..<UInt64(500) {
            lists += [.category(number), .sellerProducts(number), .sellerOrders(number), .customerOrders(number)]
            lists += [.orderPlaces(.customer(number)), .orderPlaces(.seller(number))]
            lists.append(.productPlaces(.seller(number), .newest))
            for sort in kept { lists.append(.productPlaces(.category(number), sort)) }
        }
        let places = Set(lists.map(\.stampIndex))
        #expect(places.isDisjoint(with: products))
        #expect(places.count > lists.count * 9 / 10)
        let things = (0..<UInt64(10_000)).flatMap {
            [Partition.user($0), .order($0), .reviews($0)].map(\.stampIndex)
        }
        #expect(places.isDisjoint(with: things))
        #expect(!places.union(products).union(things).contains(Partition.userNames.stampIndex))
    }
}

extension Event {
    fileprivate static func stock(_ id: Text) -> Event { .stockAdjusted(StockAdjusted(productId: id, delta: 1)) }
    fileprivate static func price(_ id: Text, _ price: Int64) -> Event {
        .priceChanged(PriceChanged(productId: id, price: price))
    }
    fileprivate static func title(_ id: Text, _ title: Text) -> Event {
        .productUpdated(ProductUpdated(productId: id, title: title))
    }
    fileprivate static func category(_ id: Text, _ category: Text) -> Event {
        .productUpdated(ProductUpdated(productId: id, category: category))
    }
    fileprivate static func rating(_ id: Text) -> Event {
        .productReviewed(ProductReviewed(productId: id, customerId: "c0", rating: 5))
    }
    fileprivate static func name(_ id: Text, _ name: Text) -> Event {
        .userUpdated(UserUpdated(userId: id, name: name))
    }
}

/// A request of a query.
private struct Target: CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    let query: Query

    init(_ text: String) throws {
        // A list without a further parameter may be written with the sign in front of it.
        description = text.hasSuffix("&") ? String(text.dropLast()) : text
        bytes = Array(description.utf8)
        let parts = description.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/")
        let parameters = parts.count > 1 ? Array(parts[1].utf8) : []
        func id() -> [UInt8] { Array(path[2].utf8) }
        switch (path[1], path.count) {
        case ("products", 2): query = .productList(try ProductListQuery(parameters.span.bytes))
        case ("products", 3): query = .product(id: id())
        case ("products", 4): query = .reviewList(try ReviewListQuery(productId: id(), parameters.span.bytes))
        case ("orders", _): query = .orderList(try OrderListQuery(parameters.span.bytes))
        default: query = .user(id: id())
        }
    }
}

/// An engine that is asked as a loop asks its own.
private struct Keeper: ~Copyable {
    private var engine: QueryEngine

    init(_ market: ChangingMarket, cacheBytes: Int = 8 << 20) throws {
        engine = try QueryEngine(views: market.build, freshness: market.freshness, cacheBytes: cacheBytes)
    }

    var bytes: Int { engine.cacheBytes }

    mutating func kept(_ target: Target) -> (body: String, position: UInt64)? {
        engine.cachedAnswer(target.bytes.span.bytes).map { (String(decoding: $0.body, as: UTF8.self), $0.position) }
    }

    mutating func ask(_ target: Target) throws -> (body: String, position: UInt64) {
        if let kept = kept(target) { return kept }
        guard case .found(let answer) = try engine.answer(target.query, target: target.bytes.span.bytes) else {
            throw NotFound(target: target)
        }
        return (String(decoding: answer.body, as: UTF8.self), answer.position)
    }

    private struct NotFound: Error { let target: Target }

    mutating func renderAll(_ targets: [Target], at position: UInt64) throws -> [[UInt8]: String] {
        var bodies: [[UInt8]: String] = [:]
        for target in targets {
            let answer = try ask(target)
            #expect(answer.position == position)
            bodies[target.bytes] = answer.body
        }
        return bodies
    }

    /// The first pages of a list, as many as there are and at most `most`.
    mutating func pages(_ first: String, _ most: Int) throws -> [Target] {
        var targets = [try Target(first)]
        while targets.count < most {
            let page = try JSONSerialization.jsonObject(with: Data(try ask(targets.last!).body.utf8)) as? [String: Any]
            guard let cursor = page?["nextCursor"] as? String else { break }
            targets.append(try Target("\(targets[0])&cursor=\(cursor)"))
        }
        return targets
    }

    /// Asks for all, and again after a change: which of them were not kept.
    mutating func dropped(_ targets: [Target], by change: () throws -> Void) throws -> [Int] {
        for target in targets { _ = try ask(target) }
        try change()
        return targets.indices.filter { kept(targets[$0]) == nil }
    }
}
