import Testing

/// What each command answers when it is accepted.
@Suite struct CommandTests {
    @Test func eachCommandAnswersItsPositionIdAndEvent() throws {
        let market = try Market()
        let steps: [(String, JSON, String, String)] = [
            ("RegisterUser", ["userId": "bob", "name": "Bob", "role": "customer"], "bob", "UserRegistered"),
            ("UpdateUser", ["userId": "bob", "name": "Robert"], "bob", "UserUpdated"),
            ("AddProduct", Market.product("chair"), "chair", "ProductAdded"),
            ("UpdateProduct", ["productId": "chair", "title": "A chair"], "chair", "ProductUpdated"),
            ("ChangePrice", ["productId": "chair", "price": gbp(2_500)], "chair", "PriceChanged"),
            ("AdjustStock", ["productId": "chair", "delta": -3], "chair", "StockAdjusted"),
            ("CreateOrder", Market.order("o-1", customer: "bob", [("chair", 2)]), "o-1", "OrderCreated"),
            ("DiscontinueProduct", ["productId": "chair"], "chair", "ProductDiscontinued"),
        ]
        for (index, (name, body, id, event)) in steps.enumerated() {
            let answer = try market.accept(name, body)
            #expect(
                answer.json == ["position": .integer(5 + index), "id": .string(id), "events": [.string(event)]],
                "\(name)")
            #expect(answer[header: "content-type"] == "application/json")
            #expect(answer[header: "cache-control"] == "no-store")
            #expect(answer.token != nil, "\(name)")
            #expect(answer[header: "idempotent-replayed"] == nil)
        }
    }

    @Test func idsThatAreNotChosenAreUUIDv7() throws {
        let market = try Market()
        let bodies: [(String, JSON)] = [
            ("RegisterUser", ["name": "Nobody", "role": "seller"]),
            ("AddProduct", Market.product("x").with(["productId": .absent])),
            ("CreateOrder", Market.order("x", [("lamp", 1)]).with(["orderId": .absent])),
        ]
        for (name, body) in bodies {
            let id = try #require(try market.accept(name, body).json["id"].string)
            #expect(
                id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil, "\(id)"
            )
        }
    }

    @Test func commandsThatChangeNothingAnswerTheLogsEnd() throws {
        let market = try Market()
        try market.accept("DiscontinueProduct", ["productId": "lamp"])
        try market.accept("AddProduct", Market.product("chair").with(["description": "Sit."]))
        let unchanged: [(String, JSON, String)] = [
            ("UpdateUser", ["userId": "ann", "name": "Ann", "email": "ann@example.org"], "ann"),
            ("UpdateUser", ["userId": "ann", "country": nil], "ann"),
            ("UpdateProduct", ["productId": "chair", "title": "The chair", "description": "Sit."], "chair"),
            ("UpdateProduct", ["productId": "chair", "imageUrl": nil], "chair"),
            ("ChangePrice", ["productId": "chair", "price": gbp(1_999)], "chair"),
            ("AdjustStock", ["productId": "chair", "delta": 0], "chair"),
            ("DiscontinueProduct", ["productId": "lamp"], "lamp"),
        ]
        for (name, body, id) in unchanged {
            let answer = try market.accept(name, body)
            #expect(answer.json == ["position": 6, "id": .string(id), "events": []], "\(name) \(body)")
        }
        #expect(try market.client.events().count == 6)
    }

    @Test func absentFieldsStayAndNullClears() throws {
        let market = try Market()
        try market.accept(
            "AddProduct",
            Market.product("chair").with(["description": "Sit.", "imageUrl": "https://example.org/chair.png"]))
        var token = try market.accept("UpdateProduct", ["productId": "chair", "category": "garden"]).token
        var chair = try market.client.get("/v1/products/chair", after: token).json
        #expect(chair["description"] == "Sit.")
        #expect(chair["imageUrl"] == "https://example.org/chair.png")
        #expect(chair["title"] == "The chair")
        #expect(chair["category"] == "garden")
        token = try market.accept("UpdateProduct", ["productId": "chair", "description": nil, "imageUrl": nil]).token
        chair = try market.client.get("/v1/products/chair", after: token).json
        #expect(chair["description"] == .null)
        #expect(chair["imageUrl"] == .null)
        token = try market.accept("UpdateUser", ["userId": "sam", "country": nil]).token
        #expect(try market.client.get("/v1/users/sam", after: token).json["country"] == .null)
    }

    @Test func ordersFreezeTitlesAndPrices() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 2)]))
        try market.accept("UpdateProduct", ["productId": "lamp", "title": "Torch"])
        let token = try market.accept("ChangePrice", ["productId": "lamp", "price": gbp(5)]).token
        let order = try market.client.get("/v1/orders/o-1", after: token).json
        #expect(order["total"] == gbp(3_998))
        #expect(order["preview"] == ["The lamp"])
        #expect(order["lines"][0]["title"] == "The lamp")
        #expect(order["lines"][0]["unitPrice"] == gbp(1_999))
    }

    @Test func repeatedLinesAreNotMergedAndShareTheStock() throws {
        let market = try Market()
        let body = Market.order("o-1", [("lamp", 6), ("lamp", 4)])
        let token = try market.accept("CreateOrder", body).token
        let order = try market.client.get("/v1/orders/o-1", after: token).json
        #expect(order["lineCount"] == 2)
        #expect(order["unitCount"] == 10)
        #expect(order["lines"].array?.map { $0["quantity"] } == [6, 4])
        let lamp = try market.client.get("/v1/products/lamp", after: token).json
        #expect(lamp["available"] == 0)
        #expect(lamp["sold"] == 10)
    }

    @Test func textsComeBackAsTheyWere() throws {
        let market = try Market()
        for (index, text) in ["Ünï ☕️ 𝄞", "quotes \" and \\ back", "</script>", "日本"].enumerated() {
            let body = Market.product("p\(index)").with(["title": .string(text), "category": .string(text)])
            let token = try market.accept("AddProduct", body).token
            let product = try market.client.get("/v1/products/p\(index)", after: token).json
            #expect(product["title"] == .string(text))
            #expect(product["category"] == .string(text))
        }
    }

    @Test func nameOfCommandMayBePercentEncodedOnlyToItself() throws {
        let market = try Market()
        expectProblem(try market.client.command("BuyEverything", [:]), 404)
        expectProblem(try market.client.command("registeruser", ["name": "A", "role": "seller"]), 404)
        #expect(try market.client.events().count == 4)
    }
}
