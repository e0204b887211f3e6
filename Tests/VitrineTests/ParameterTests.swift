import Testing

/// Query parameters are read strictly: nothing is ignored, guessed or corrected.
@Suite struct ParameterTests {
    @Test func unknownRepeatedAndBadParametersAreNamed() throws {
        let market = try Market()
        let bad = [
            ("/v1/products?colour=red", "colour"), ("/v1/products?limit=5&limit=5", "limit"),
            ("/v1/products?limit=0", "limit"), ("/v1/products?limit=101", "limit"), ("/v1/products?limit=", "limit"),
            ("/v1/products?limit=1e1", "limit"), ("/v1/products?limit=-1", "limit"),
            ("/v1/products?limit=%2B5", "limit"),
            ("/v1/products?limit=99999999999999999999", "limit"), ("/v1/products?sort=cheapest", "sort"),
            ("/v1/products?sort=Price", "sort"), ("/v1/products?cursor=nonsense", "cursor"),
            ("/v1/products?cursor=", "cursor"), ("/v1/products?category=a&category=b", "category"),
            ("/v1/products?customer=ann", "customer"), ("/v1/orders?category=home", "category"),
            ("/v1/orders?sort=price", "sort"), ("/v1/orders?limit=none", "limit"), ("/v1/orders?cursor=%00", "cursor"),
            ("/v1/orders?sort=total", "sort"), ("/v1/orders?sort=", "sort"), ("/v1/orders?status=lost", "status"),
            ("/v1/orders?status=Paid", "status"), ("/v1/orders?status=", "status"),
            ("/v1/orders?status=paid&status=created", "status"), ("/v1/orders?from=", "from"),
            ("/v1/orders?from=yesterday", "from"), ("/v1/orders?from=2026-02-29", "from"),
            ("/v1/orders?to=2026-11-23T25:00:00Z", "to"), ("/v1/orders?to=2026-11-23T10:00:00", "to"),
            ("/v1/orders?to=20261123", "to"), ("/v1/orders?to=2026-11-23T10:00:00%2B25:00", "to"),
            ("/v1/orders?from=2026-11-24&to=2026-11-23", "to"),
            ("/v1/orders?from=2026-11-23T10:00:00Z&to=2026-11-23T10:59:59.999%2B01:00", "to"),
            ("/v1/orders?customer=", "customer"), ("/v1/orders?seller=", "seller"),
            ("/v1/products/lamp?verbose=1", "verbose"), ("/v1/users/ann?x=", "x"), ("/v1/orders/x?limit=1", "limit"),
            ("/v1/events?limit=0", "limit"), ("/v1/events?limit=1001", "limit"), ("/v1/events?after=-1", "after"),
            ("/v1/events?from=1", "from"),
        ]
        for (target, parameter) in bad {
            let answer = try market.client.get(target)
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == [parameter], "\(target): \(answer.text)")
        }
    }

    @Test func listsMayBeRepeatedAsWellAsHoldCommas() throws {
        let market = try Market()
        for index in 0..<3 { try market.accept("AddProduct", Market.product("p\(index)")) }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        func same(_ targets: [String]) throws {
            let answers = try targets.map { try market.client.get("/v1/products?\($0)", after: token) }
            for answer in answers { #expect(answer.status == 200 && answer.body == answers[0].body, "\(answer.text)") }
        }
        try same(["ids=p2,p0,p1", "ids=p2&ids=p0&ids=p1", "ids=p2,p0&ids=p1", "ids=p2&limit=1&ids=p0%2Cp1"])
        try same(["facets=category,price", "facets=price&limit=20&facets=category", "facets=price,category"])
        // A cursor of one form goes on in the other.
        let page = try market.client.get("/v1/products?facets=price&facets=seller&limit=2", after: token).json
        let cursor = try #require(page["nextCursor"].string)
        let next = try market.client.get("/v1/products?facets=price,seller&limit=2&cursor=\(cursor)", after: token)
        #expect(next.status == 200 && next.json["items"].array?.count == 2)
        let hundred = (0..<100).map { "ids=p\($0)" }.joined(separator: "&")
        #expect(try market.client.get("/v1/products?\(hundred)", after: token).json["items"].array?.count == 3)
        let bad = [
            ("facets=price&facets=price", "facets"), ("facets=price&facets=colour", "facets"),
            ("facets=&facets=", "facets"),
            ("ids=p0&ids=", "ids"), ("ids=p0&sort=price&ids=p1", "ids"), ("\(hundred)&ids=p", "ids"),
            ("sort=price&sort=price", "sort"), ("seller=sam&seller=sam", "seller"),
        ]
        for (query, parameter) in bad {
            let answer = try market.client.get("/v1/products?\(query)")
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == [parameter], "\(query): \(answer.text)")
        }
    }

    @Test func brokenPercentEncodingIsABadRequest() throws {
        let market = try Market()
        for target in ["/v1/products?category=%", "/v1/products?category=%4", "/v1/products?category=%zz"] {
            expectProblem(try market.client.get(target), 400)
        }
    }

    @Test func aCursorOfAnotherQueryIsRefused() throws {
        let market = try Market()
        for index in 0..<5 { try market.accept("AddProduct", Market.product("p\(index)")) }
        for index in 0..<3 { try market.accept("CreateOrder", Market.order("o\(index)", [("lamp", 1)])) }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        let page = try market.client.get("/v1/products?limit=2&sort=price", after: token).json
        let cursor = try #require(page["nextCursor"].string)
        #expect(cursor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }, "\(cursor)")
        let others = [
            "/v1/products?sort=-price&cursor=", "/v1/products?cursor=", "/v1/products?sort=price&category=home&cursor=",
            "/v1/products?sort=price&seller=sam&cursor=", "/v1/orders?cursor=",
        ]
        for target in others {
            let answer = try market.client.get(target + cursor)
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == ["cursor"], "\(target)")
        }
        let touched = String(cursor.dropLast()) + (cursor.last == "A" ? "B" : "A")
        expectProblem(try market.client.get("/v1/products?sort=price&cursor=\(touched)"), 400)
        let orders = "/v1/orders?customer=ann&status=created&from=2020-01-01&sort=placedAt"
        let orderPage = try market.client.get(orders + "&limit=2", after: token).json
        let orderCursor = try #require(orderPage["nextCursor"].string)
        let otherOrders = [
            "/v1/orders?cursor=", "/v1/orders?customer=ann&status=created&from=2020-01-01&sort=-total&cursor=",
            "/v1/orders?customer=ann&status=paid&from=2020-01-01&sort=placedAt&cursor=",
            "/v1/orders?customer=ann&status=created&from=2020-01-02&sort=placedAt&cursor=",
            "/v1/orders?customer=ann&status=created&to=2020-01-01&sort=placedAt&cursor=",
            "/v1/orders?seller=ann&status=created&from=2020-01-01&sort=placedAt&cursor=",
        ]
        for target in otherOrders {
            let answer = try market.client.get(target + orderCursor)
            expectProblem(answer, 400)
            #expect(answer.faults("parameter") == ["cursor"], "\(target)")
        }
        #expect(try market.client.get(orders + "&cursor=\(orderCursor)").json["items"].array?.count == 1)
        // Only the limit may change.
        let rest = try market.client.get("/v1/products?sort=price&limit=100&cursor=\(cursor)").json
        #expect(rest["items"].array?.count == 4)
        #expect(rest["nextCursor"] == .null)
    }

    @Test func aPageThatEndsTheListHasNoCursor() throws {
        let market = try Market()
        for index in 0..<3 { try market.accept("AddProduct", Market.product("p\(index)")) }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        #expect(try market.client.get("/v1/products?limit=4", after: token).json["nextCursor"] == .null)
        #expect(try market.client.get("/v1/products?limit=3", after: token).json["nextCursor"].string != nil)
    }

    @Test func theDefaultLimitIsTwenty() throws {
        let market = try Market()
        for index in 0..<20 { try market.accept("AddProduct", Market.product("p\(index)")) }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        #expect(try market.client.get("/v1/products", after: token).json["items"].array?.count == 20)
        #expect(try market.client.get("/v1/products?limit=100", after: token).json["items"].array?.count == 21)
    }
}
