import Testing

/// Reviews: what is shown of them, and what they do to a product's card.
@Suite struct ReviewTests {
    private func review(_ customer: String, _ rating: Int, _ text: JSON = .absent) -> JSON {
        let body: JSON = ["productId": "lamp", "customerId": .string(customer), "rating": .integer(rating)]
        return body.with(["text": text])
    }

    private func rating(_ market: Market, after token: String?) throws -> JSON {
        let cards = try ["", "?category=home", "?seller=sam", "?sort=price"].map {
            try market.list("/v1/products\($0)", after: token)[0]["rating"]
        }
        let rating = try market.client.get("/v1/products/lamp", after: token).json["rating"]
        #expect(cards.allSatisfy { $0 == rating })
        return rating
    }

    @Test func ratingsAreAveragedHalfUpAndReplaced() throws {
        let market = try Market()
        for id in ["bob", "cat", "dan"] {
            try market.accept("RegisterUser", ["userId": .string(id), "name": .string(id), "role": "customer"])
        }
        var token = try market.accept("ReviewProduct", review("ann", 4, "Fine.")).token
        #expect(try rating(market, after: token) == ["average": 4, "count": 1])
        token = try market.accept("ReviewProduct", review("bob", 5)).token
        #expect(try rating(market, after: token) == ["average": 4.5, "count": 2])
        try market.accept("ReviewProduct", review("cat", 4))
        token = try market.accept("ReviewProduct", review("dan", 4)).token
        // 4.25 is half way.
        #expect(try rating(market, after: token) == ["average": 4.3, "count": 4])
        token = try market.accept("ReviewProduct", review("ann", 1, "It broke.\nTwice.")).token
        #expect(try rating(market, after: token) == ["average": 3.5, "count": 4])
        let shown = try market.list("/v1/products/lamp/reviews", after: token)
        #expect(shown.map { $0["customer"]["userId"] } == ["ann", "dan", "cat", "bob"])
        let at = shown[0]["at"]
        #expect(at.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(at)")
        #expect(
            shown[0] == [
                "customer": ["userId": "ann", "name": "Ann"], "rating": 1, "text": "It broke.\nTwice.", "at": at,
            ])
        #expect(shown[1]["text"] == .null)
        let event = try #require(try market.client.events().last)
        #expect(event["type"] == "ProductReviewed")
        #expect(event["subject"] == "lamp")
        #expect(
            event["data"]
                == ["productId": "lamp", "customerId": "ann", "rating": 1, "text": "It broke.\nTwice."])
    }

    @Test func theSameReviewAgainChangesNothing() throws {
        let market = try Market()
        let first = try market.accept("ReviewProduct", review("ann", 4, "Fine."))
        #expect(first.json == ["position": 5, "id": "lamp", "events": ["ProductReviewed"]])
        let again = try market.accept("ReviewProduct", review("ann", 4, "Fine."))
        #expect(again.json == ["position": 5, "id": "lamp", "events": []])
        #expect(try market.accept("ReviewProduct", review("ann", 4)).json["events"] == ["ProductReviewed"])
    }

    @Test func reviewsArePagedNewestFirstWithTheNamesOfToday() throws {
        let market = try Market(["--accept-imports"])
        var expected: [JSON] = []
        for index in 0..<7 {
            let id: JSON = "c\(index)"
            try market.accept("RegisterUser", ["userId": id, "name": id, "role": "customer"])
            // Two at each moment: then the later event comes first.
            let at: JSON = "2011-12-0\(9 - index / 2)T00:00:00Z"
            try market.accept("ReviewProduct", review("c\(index)", 3).with(["occurredAt": at]))
            expected.append(id)
        }
        (expected[0], expected[1], expected[2], expected[3]) = ("c1", "c0", "c3", "c2")
        (expected[4], expected[5]) = ("c5", "c4")
        var token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        for limit in [1, 3, 7, 100] {
            let shown = try market.list("/v1/products/lamp/reviews?limit=\(limit)", after: token)
            #expect(shown.map { $0["customer"]["userId"] } == expected, "pages of \(limit)")
        }
        // A review that is replaced moves to its new time, and a rename is seen at once.
        token = try market.accept("ReviewProduct", review("c0", 3, "Still fine.")).token
        #expect(try market.list("/v1/products/lamp/reviews?limit=3", after: token)[0]["customer"]["userId"] == "c0")
        token = try market.accept("UpdateUser", ["userId": "c0", "name": "Zoe"]).token
        let shown = try market.list("/v1/products/lamp/reviews?limit=3", after: token)
        #expect(shown.count == 7)
        #expect(shown[0]["customer"] == ["userId": "c0", "name": "Zoe"])
    }

    @Test func theListIsKeptLikeAProductAndStrictInItsParameters() throws {
        let market = try Market()
        try market.accept("AddProduct", Market.product("vase"))
        let token = try market.accept("ReviewProduct", review("ann", 4)).token
        let target = "/v1/products/lamp/reviews"
        let answer = try market.client.get(target, after: token)
        #expect(answer[header: "cache-control"] == "no-cache")
        #expect(answer[header: "vary"]?.lowercased() == "consistency-token")
        let etag = try #require(answer[header: "etag"])
        for _ in 0..<2 {
            let again = try market.client.get(target, ["If-None-Match": etag])
            #expect(again.status == 304)
            #expect(again[header: "vary"]?.lowercased() == "consistency-token")
        }
        #expect(try market.client.get("/v1/products/vase/reviews").json == ["items": [], "nextCursor": nil])
        expectProblem(try market.client.get("/v1/products/none/reviews"), 404, "unknown-product")
        for path in ["/v1/products//reviews", "/v1/products/lamp/reviews/", "/v1/products/lamp/x/reviews"] {
            expectProblem(try market.client.get(path), 404)
        }
        expectProblem(try market.client.exchange("POST", target, body: []), 405)
        for query in ["limit=0", "limit=101", "limit=x", "sort=newest", "cursor=x", "limit=1&limit=1"] {
            expectProblem(try market.client.get(target + "?" + query), 400)
        }
        try market.accept("RegisterUser", ["userId": "bob", "name": "Bob", "role": "customer"])
        let later = try market.accept("ReviewProduct", review("bob", 4)).token
        let cursor = try #require(try market.client.get(target + "?limit=1", after: later).json["nextCursor"].string)
        #expect(try market.client.get(target + "?limit=9&cursor=\(cursor)").status == 200)
        expectProblem(try market.client.get("/v1/products/vase/reviews?cursor=\(cursor)"), 400)
    }

    @Test func reviewsThatBreakARuleAreRefused() throws {
        let market = try Market()
        let end = try market.client.events().count
        expectProblem(
            try market.client.command("ReviewProduct", review("ann", 4).with(["productId": "none"])), 409,
            "unknown-product")
        expectProblem(try market.client.command("ReviewProduct", review("nobody", 4)), 409, "unknown-user")
        expectProblem(try market.client.command("ReviewProduct", review("sam", 4)), 409, "wrong-role")
        let faults: [(JSON, String)] = [
            (review("ann", 0), "#/rating"), (review("ann", 6), "#/rating"),
            (review("ann", 4).with(["rating": 4.5]), "#/rating"),
            (review("ann", 4, .string(String(repeating: "x", count: 10_001))), "#/text"),
        ]
        for (body, pointer) in faults {
            let answer = try market.client.command("ReviewProduct", body)
            expectProblem(answer, 422)
            #expect(answer.faults("pointer") == [pointer])
        }
        #expect(try market.client.events().count == end)
        try market.accept("DiscontinueProduct", ["productId": "lamp"])
        let token = try market.accept("ReviewProduct", review("ann", 5)).token
        let lamp = try market.client.get("/v1/products/lamp", after: token).json
        #expect(lamp["rating"] == ["average": 5, "count": 1])
    }
}
