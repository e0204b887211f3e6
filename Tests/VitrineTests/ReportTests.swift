import Testing

/// The reports as a back office asks for them.
@Suite struct ReportTests {
    /// Two sellers and two categories over two days: what the answers are held against by hand.
    private func market() throws -> (Market, token: String?) {
        let market = try Market(["--accept-imports"])
        try market.accept("AddProduct", Market.product("vase", seller: "sue", category: "garden", price: 500))
        try place(market, "o1", "2026-11-22T23:59:59.999Z", [("lamp", 2)])
        try place(market, "o2", "2026-11-23T00:00:00Z", [("lamp", 1), ("vase", 3)])
        try place(market, "o3", "2026-11-23T01:30:00+02:00", [("vase", 1)])
        let token = try place(market, "o4", "2026-11-23T23:00:00Z", [("vase", 1), ("vase", 1)]).token
        return (market, token)
    }

    @discardableResult
    private func place(_ market: Market, _ id: String, _ time: JSON, _ lines: [(String, Int)]) throws -> Answer {
        try market.accept("CreateOrder", Market.order(id, lines).with(["occurredAt": time]))
    }

    private func sales(_ key: String, _ value: JSON, _ orders: Int, _ units: Int, _ revenue: Int) -> JSON {
        .object([key: value, "orders": .integer(orders), "units": .integer(units), "revenue": gbp(revenue)])
    }

    @Test func salesAreCountedByDayCategoryAndSeller() throws {
        let (market, token) = try market()
        let days = [sales("day", "2026-11-23", 2, 6, 4_499), sales("day", "2026-11-22", 2, 3, 4_498)]
        #expect(try market.list("/v1/reports/sales", after: token) == days)
        #expect(try market.list("/v1/reports/sales?by=day&limit=1") == days)
        #expect(
            try market.list("/v1/reports/sales?by=category")
                == [sales("category", "home", 2, 3, 5_997), sales("category", "garden", 3, 6, 3_000)])
        #expect(
            try market.list("/v1/reports/sales?by=seller&from=2026-11-23&to=2026-11-24")
                == [
                    sales("seller", ["userId": "sue", "name": "Sue"], 2, 5, 2_500),
                    sales("seller", ["userId": "sam", "name": "Sam"], 1, 1, 1_999),
                ])
        #expect(
            try market.list("/v1/reports/sales?category=garden&to=2026-11-23T00:00:00Z")
                == [sales("day", "2026-11-22", 1, 1, 500)])
        #expect(
            try market.list("/v1/reports/sales?by=seller&category=home&limit=1")
                == [sales("seller", ["userId": "sam", "name": "Sam"], 2, 3, 5_997)])
        #expect(try market.list("/v1/reports/sales?from=2026-11-23&to=2026-11-23").isEmpty)
        #expect(try market.list("/v1/reports/sales?by=seller&category=nothing").isEmpty)
    }

    @Test func topProductsAreCardsByRevenue() throws {
        let (market, token) = try market()
        let cards = try market.list("/v1/products", after: token)
        func top(_ id: JSON, _ units: Int, _ revenue: Int) throws -> JSON {
            let card = try #require(cards.first { $0["productId"] == id })
            return card.with(["units": .integer(units), "revenue": gbp(revenue)])
        }
        let items = [try top("lamp", 3, 5_997), try top("vase", 6, 3_000)]
        #expect(try market.list("/v1/reports/top-products") == items)
        #expect(try market.list("/v1/reports/top-products?limit=1") == items)
        #expect(
            try market.list("/v1/reports/top-products?from=2026-11-23")
                == [try top("vase", 5, 2_500), try top("lamp", 1, 1_999)])
        #expect(try market.list("/v1/reports/top-products?category=garden") == [try top("vase", 6, 3_000)])
        let gone = try market.accept("DiscontinueProduct", ["productId": "lamp"]).token
        #expect(try market.ids("/v1/reports/top-products", after: gone) == ["vase"])
    }

    @Test func anOrderThatIsOffLeavesTheDayItWasPlaced() throws {
        let (market, _) = try market()
        try market.accept("CancelOrder", ["orderId": "o2"])
        try market.accept("PayOrder", ["orderId": "o1"])
        let token = try market.accept("RefundOrder", ["orderId": "o1", "reason": "broken"]).token
        #expect(
            try market.list("/v1/reports/sales", after: token)
                == [sales("day", "2026-11-23", 1, 2, 1_000), sales("day", "2026-11-22", 1, 1, 500)])
        #expect(try market.list("/v1/reports/sales?by=category") == [sales("category", "garden", 2, 3, 1_500)])
        #expect(try market.ids("/v1/reports/top-products") == ["vase"])
    }

    @Test func timesWithinADayCutIt() throws {
        let (market, token) = try market()
        let around = "from=2026-11-22T23:59:00Z&to=2026-11-23T13:00:00%2B01:00"
        let days = [sales("day", "2026-11-23", 1, 4, 3_499), sales("day", "2026-11-22", 1, 2, 3_998)]
        #expect(try market.list("/v1/reports/sales?\(around)", after: token) == days)
        #expect(try market.list("/v1/reports/sales?limit=1&\(around)") == days)
        #expect(
            try market.list("/v1/reports/sales?by=category&\(around)")
                == [sales("category", "home", 2, 3, 5_997), sales("category", "garden", 1, 3, 1_500)])
        // Both ends within one day, whole days between them, and an end that is open.
        let moment = "from=2026-11-23T23:00:00Z&to=2026-11-23T23:00:00.001Z"
        #expect(try market.list("/v1/reports/sales?\(moment)") == [sales("day", "2026-11-23", 1, 2, 1_000)])
        #expect(try market.list("/v1/reports/sales?from=2026-11-23T23:00:00.001Z").isEmpty)
        #expect(try market.list("/v1/reports/sales?from=2026-11-23T12:00:00Z&to=2026-11-23T12:00:00Z").isEmpty)
        #expect(
            try market.list("/v1/reports/sales?from=2026-11-21T01:00:00Z&to=2026-11-24T01:00:00Z")
                == [sales("day", "2026-11-23", 2, 6, 4_499), sales("day", "2026-11-22", 2, 3, 4_498)])
        #expect(
            try market.list("/v1/reports/sales?category=garden&to=2026-11-22T23:59:59.999Z")
                == [sales("day", "2026-11-22", 1, 1, 500)])
        // Later than the last millisecond of the 22nd.
        let top = try market.list("/v1/reports/top-products?from=2026-11-22T23:59:59.9991Z")
        #expect(top.map { $0["productId"] } == ["vase", "lamp"])
        #expect(top.map { $0["units"] } == [5, 1])
        // Who cancels leaves the time the order was placed at.
        let gone = try market.accept("CancelOrder", ["orderId": "o2"]).token
        #expect(try market.list("/v1/reports/sales?\(around)", after: gone) == [days[1]])
    }

    @Test func linesKeepTheCategoryTheyWereSoldIn() throws {
        let (market, _) = try market()
        try market.accept("UpdateProduct", ["productId": "vase", "category": "home"])
        let token = try place(market, "o5", "2026-11-24", [("vase", 1)]).token
        #expect(
            try market.list("/v1/reports/sales?by=category", after: token)
                == [sales("category", "home", 3, 4, 6_497), sales("category", "garden", 3, 6, 3_000)])
        let top = try market.list("/v1/reports/top-products?category=garden")
        #expect(top.map { $0["units"] } == [6])
        #expect(top.map { $0["category"] } == ["home"])
        let gone = try market.accept("CancelOrder", ["orderId": "o3"]).token
        #expect(
            try market.list("/v1/reports/sales?by=category", after: gone).map { $0["units"] } == [4, 5])
    }

    @Test func keptReportsFollowOrdersNamesAndCards() throws {
        let (market, token) = try market()
        let sellers = "/v1/reports/sales?by=seller"
        let before = try market.client.get(sellers, after: token)
        #expect(before[header: "cache-control"] == "private, no-cache")
        #expect(try market.client.get(sellers).body == before.body)
        let top = try market.client.get("/v1/reports/top-products")
        #expect(top[header: "cache-control"] == "private, no-cache")
        let etag = try #require(top[header: "etag"])
        #expect(try market.client.get("/v1/reports/top-products", ["If-None-Match": etag]).status == 304)
        let renamed = try market.accept("UpdateUser", ["userId": "sue", "name": "Susan"]).token
        #expect(try market.list(sellers, after: renamed).map { $0["seller"]["name"] } == ["Sam", "Susan"])
        let dearer = try market.accept("ChangePrice", ["productId": "lamp", "price": gbp(7)]).token
        #expect(try market.list("/v1/reports/top-products", after: dearer).first?["price"] == gbp(7))
        let placed = try place(market, "o5", "2026-11-24", [("lamp", 1)]).token
        #expect(try market.list(sellers, after: placed).first?["units"] == 4)
    }

    @Test func badParametersAreNamed() throws {
        let market = try Market()
        let bad = [
            ("sales?by=week", "by"), ("sales?by=", "by"), ("sales?by=Day", "by"), ("sales?by=product", "by"),
            ("sales?by=day&by=day", "by"), ("sales?from=yesterday", "from"), ("sales?from=", "from"),
            ("sales?from=2026-02-30", "from"), ("sales?to=2026-11-23T24:00:01Z", "to"),
            ("sales?from=2026-11-23T12:00:00Z&to=2026-11-23T12:59:59%2B01:00", "to"),
            ("sales?from=2026-11-23&to=2026-11-22", "to"), ("sales?category=", "category"),
            ("sales?seller=sam", "seller"), ("sales?limit=0", "limit"), ("sales?limit=101", "limit"),
            ("sales?cursor=x", "cursor"), ("top-products?by=day", "by"), ("top-products?sort=units", "sort"),
            ("top-products?from=x", "from"), ("top-products?to=2026-11-23T00:00:01", "to"),
            ("top-products?from=2026-01-02&to=2026-01-01", "to"), ("top-products?category=", "category"),
            ("top-products?cursor=", "cursor"),
        ]
        for (target, parameter) in bad {
            let answer = try market.client.get("/v1/reports/\(target)")
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == [parameter], "\(target): \(answer.text)")
        }
        expectProblem(try market.client.get("/v1/reports"), 404)
        expectProblem(try market.client.get("/v1/reports/sales/day"), 404)
        // A day's beginning is one however it is written.
        for day in ["2026-11-23", "2026-11-23T00:00:00Z", "2026-11-23T01:00:00.000%2B01:00"] {
            #expect(try market.client.get("/v1/reports/sales?from=\(day)").status == 200, "\(day)")
        }
    }

    @Test func aCursorHoldsForItsOwnReportOnly() throws {
        let (market, token) = try market()
        func cursor(_ target: String) throws -> String {
            try #require(try market.client.get("/v1/reports/\(target)", after: token).json["nextCursor"].string)
        }
        let (days, categories) = (try cursor("sales?limit=1"), try cursor("sales?by=category&limit=1"))
        let top = try cursor("top-products?limit=1")
        let foreign = [
            "sales?by=category&cursor=\(days)", "sales?by=seller&cursor=\(categories)", "sales?cursor=\(categories)",
            "sales?from=2026-11-01&cursor=\(days)", "sales?category=home&cursor=\(days)", "sales?cursor=\(top)",
            "sales?by=category&to=2026-12-01&cursor=\(categories)", "top-products?cursor=\(categories)",
            "top-products?category=home&cursor=\(top)", "top-products?from=2026-11-01&cursor=\(top)",
        ]
        for target in foreign {
            let answer = try market.client.get("/v1/reports/\(target)")
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == ["cursor"], "\(target)")
        }
        // Only the limit may change; what is placed between two pages moves nothing that did not change.
        let placed = try place(market, "o9", "2026-11-25", [("lamp", 1)]).token
        let rest = try market.client.get("/v1/reports/sales?by=day&limit=50&cursor=\(days)", after: placed).json
        #expect(rest["items"].array?.map { $0["day"] } == ["2026-11-22"])
        #expect(rest["nextCursor"] == .null)
    }
}
