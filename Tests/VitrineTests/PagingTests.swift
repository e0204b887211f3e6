import Foundation
import Testing

import class POSIX.Monitor

/// Cursors: whatever is written between two pages, what did not change is neither skipped nor repeated.
@Suite struct PagingTests {
    private static let still = (0..<60).map { "still-\($0)" }

    @Test(arguments: ["sort=newest", "sort=price", "sort=-price", "sort=price&category=home", "sort=newest&seller=sam"])
    func unchangedProductsAreShownOnceWhileOthersWrite(query: String) throws {
        let market = try Market(["--loops", "2"])
        // Equal prices and equal times meet: the order among them must hold too.
        for (index, id) in Self.still.enumerated() {
            try market.accept("AddProduct", Market.product(id, price: 100 + index % 7))
        }
        for index in 0..<20 { try market.accept("AddProduct", Market.product("moving-\(index)", price: 103)) }
        // The walk begins with views that show all of these.
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        _ = try market.client.get("/v1/products/lamp", after: token)
        let server = market.server
        let isDone = Monitor(false)
        concurrently(2) { thread in
            if thread == 0 {
                defer { isDone.withLock { $0 = true } }
                try Self.walk(try server.connect(), query)
            } else {
                try Self.move(try server.connect(), until: { isDone.withLock { $0 } })
            }
        }
    }

    /// Walks the list several times, each time with other page sizes.
    private static func walk(_ client: Client, _ query: String) throws {
        var orders: Set<[String]> = []
        for limit in [1, 3, 7, 20] {
            let shown = try client.list("/v1/products?\(query)&limit=\(limit)").compactMap { $0["productId"].string }
            let stillShown = shown.filter { $0.hasPrefix("still-") }
            #expect(stillShown.count == Set(stillShown).count, "repeated, \(query), pages of \(limit)")
            #expect(Set(stillShown) == Set(still), "skipped, \(query), pages of \(limit)")
            orders.insert(stillShown)
        }
        #expect(orders.count == 1, "the order changed with the page size, \(query)")
    }

    /// Keeps changing prices, adding and taking away.
    private static func move(_ client: Client, until isDone: () -> Bool) throws {
        var random = SeededGenerator(seed: 7)
        var added = 0
        while !isDone() {
            let id: JSON = .string("moving-\(Int.random(in: 0..<20, using: &random))")
            let price = gbp(Int.random(in: 95...112, using: &random))
            _ = try client.command("ChangePrice", ["productId": id, "price": price])
            _ = try client.command("UpdateProduct", ["productId": id, "category": random.oneIn(2) ? "home" : "garden"])
            let new = Market.product("new-\(added)", price: 101)
            _ = try client.command("AddProduct", new)
            if added > 3 { _ = try client.command("DiscontinueProduct", ["productId": .string("new-\(added - 3)")]) }
            added += 1
        }
    }

    @Test func aCursorWhoseProductLeftTheListGoesOnBehindIt() throws {
        let market = try Market()
        for index in 0..<6 { try market.accept("AddProduct", Market.product("p\(index)", price: 100 + index)) }
        let token = try market.accept("AdjustStock", ["productId": "p0", "delta": 1]).token
        let page = try market.client.get("/v1/products?sort=price&limit=3", after: token).json
        #expect(page["items"].array?.map { $0["productId"] } == ["p0", "p1", "p2"])
        let cursor = try #require(page["nextCursor"].string)
        let gone = try market.accept("DiscontinueProduct", ["productId": "p2"]).token
        let rest = try market.client.get("/v1/products?sort=price&limit=3&cursor=\(cursor)", after: gone).json
        #expect(rest["items"].array?.map { $0["productId"] } == ["p3", "p4", "p5"])
    }

    @Test func ordersArePagedNewestFirst() throws {
        let market = try Market()
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 100])
        var ids: [String] = []
        for index in 0..<25 {
            ids.insert("o-\(index)", at: 0)
            try market.accept("CreateOrder", Market.order("o-\(index)", [("lamp", 1)]))
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        for query in ["?limit=4", "?customer=ann&limit=7", "?seller=sam&limit=1", "?customer=ann&seller=sam&limit=24"] {
            #expect(try market.ids("/v1/orders\(query)", after: token) == ids, "\(query)")
        }
    }

    @Test(arguments: [
        "sort=-placedAt", "sort=placedAt", "sort=-total", "sort=-total&status=created", "status=created&seller=sam",
        "sort=placedAt&customer=ann&from=2020-01-01", "sort=-total&customer=ann&seller=sam&to=2100-01-01",
    ])
    func unchangedOrdersAreShownOnceWhileOthersWrite(query: String) throws {
        let market = try Market(["--loops", "2"])
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1_000_000])
        // Equal totals and equal times meet.
        for (index, id) in Self.still.enumerated() {
            try market.accept("CreateOrder", Market.order(id, [("lamp", 1 + index % 5)]))
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        _ = try market.client.get("/v1/products/lamp", after: token)
        let server = market.server
        let isDone = Monitor(false)
        concurrently(2) { thread in
            if thread == 0 {
                defer { isDone.withLock { $0 = true } }
                let client = try server.connect()
                for limit in [1, 7, 20] {
                    let shown = try client.list("/v1/orders?\(query)&limit=\(limit)").compactMap {
                        $0["orderId"].string
                    }
                    let stillShown = shown.filter { $0.hasPrefix("still-") }
                    #expect(stillShown.count == Self.still.count, "\(query), pages of \(limit)")
                    #expect(Set(stillShown) == Set(Self.still), "\(query), pages of \(limit)")
                }
            } else {
                let client = try server.connect()
                var placed = 0
                while !isDone.withLock({ $0 }) {
                    let id = "new-\(placed)"
                    _ = try client.command("CreateOrder", Market.order(id, [("lamp", 1 + placed % 5)]))
                    _ = try client.command(placed % 2 == 0 ? "PayOrder" : "CancelOrder", ["orderId": .string(id)])
                    placed += 1
                }
            }
        }
    }

    @Test func ordersPlacedBetweenTwoPagesDoNotDisturbThem() throws {
        let market = try Market()
        for index in 0..<6 { try market.accept("CreateOrder", Market.order("o-\(index)", [("lamp", 1)])) }
        var token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 9]).token
        let page = try market.client.get("/v1/orders?customer=ann&limit=3", after: token).json
        for index in 6..<9 { token = try market.accept("CreateOrder", Market.order("o-\(index)", [("lamp", 1)])).token }
        let cursor = try #require(page["nextCursor"].string)
        let rest = try market.client.get("/v1/orders?customer=ann&limit=3&cursor=\(cursor)", after: token).json
        #expect(rest["items"].array?.map { $0["orderId"] } == ["o-2", "o-1", "o-0"])
    }

    /// Their sort keys begin alike for longer than a key of the store may be.
    @Test func titlesThatDifferAtTheEndOnlyAreInOrder() throws {
        let market = try Market()
        let titles = [70, 180].flatMap { count in
            (1...9).map { String(repeating: "漢", count: count) + "\($0)" }
        }
        for (index, title) in titles.shuffled().enumerated() {
            try market.accept(
                "AddProduct", Market.product("t\(index)").with(["title": .string(title), "category": "han"]))
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        for limit in [1, 4, 100] {
            var found: [String] = []
            var cursor = ""
            repeat {
                let page = try market.client.get(
                    "/v1/products?sort=title&category=han&limit=\(limit)\(cursor)", after: token
                ).json
                found += (page["items"].array ?? []).compactMap { $0["title"].string }
                cursor = page["nextCursor"].string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            // What ends with a digit stands before what goes on with another Han character.
            #expect(found == titles.sorted { ($0.count, $0) < ($1.count, $1) }, "limit \(limit)")
        }
    }
}
