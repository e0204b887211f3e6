import Testing

/// What the queries show: cards, lists, filters, sorts.
@Suite struct QueryTests {
    @Test func productCardsHaveTheContractsFields() throws {
        let market = try Market()
        let token = try market.accept("CreateOrder", Market.order("o", [("lamp", 3)])).token
        let page = try market.client.get("/v1/products", after: token).json
        #expect(page.names == ["items", "nextCursor"])
        #expect(page["nextCursor"] == .null)
        let card = page["items"][0]
        let addedAt = try #require(card["addedAt"].string)
        #expect(addedAt.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(addedAt)")
        let expected: JSON = [
            "productId": "lamp", "sku": "sku-lamp", "title": "The lamp", "price": gbp(1_999),
            "rating": ["average": nil, "count": 0], "imageUrl": nil, "category": "home",
            "seller": ["userId": "sam", "name": "Sam"], "available": 7, "sold": 3, "addedAt": .string(addedAt),
        ]
        #expect(card == expected)
        let product = try market.client.get("/v1/products/lamp").json
        #expect(product["updatedAt"].string != nil)
        #expect(product["version"].integer != nil)
        let more: [String: JSON] = [
            "description": nil, "status": "listed", "updatedAt": product["updatedAt"], "version": product["version"],
        ]
        #expect(product == expected.with(more))
    }

    @Test func orderCardsAreTheSameInEveryList() throws {
        let market = try Market()
        for id in ["a", "b", "c"] { try market.accept("AddProduct", Market.product(id, seller: "sue", price: 100)) }
        let lines = [("a", 1), ("b", 2), ("c", 3), ("lamp", 1)]
        let token = try market.accept("CreateOrder", Market.order("o-1", lines)).token
        let lists = try ["", "?customer=ann", "?seller=sue", "?seller=sam", "?customer=ann&seller=sue"].map {
            try market.list("/v1/orders\($0)", after: token)
        }
        let placedAt = lists[0].first?["placedAt"] ?? .absent
        let card: JSON = [
            "orderId": "o-1", "customer": ["userId": "ann", "name": "Ann"], "status": "created", "placedAt": placedAt,
            "total": gbp(2_599), "lineCount": 4, "unitCount": 7, "preview": ["The a", "The b", "The c"],
        ]
        for list in lists { #expect(list == [card]) }
        let order = try market.client.get("/v1/orders/o-1", after: token).json
        #expect(order.names == card.names.union(["lines", "history", "version"]))
        #expect(
            order["lines"][1] == [
                "productId": "b", "sku": "sku-b", "title": "The b", "imageUrl": nil,
                "seller": ["userId": "sue", "name": "Sue"], "quantity": 2, "unitPrice": gbp(100), "lineTotal": gbp(200),
            ])
        #expect(order["history"] == [["status": "created", "at": placedAt, "reason": nil]])
    }

    @Test func usersShowTheirFiguresAndNeverTheirMail() throws {
        let market = try Market()
        try market.accept("AddProduct", Market.product("gone"))
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 2), ("gone", 1)]))
        let token = try market.accept("DiscontinueProduct", ["productId": "gone"]).token
        let ann = try market.client.get("/v1/users/ann", after: token)
        #expect(ann.json.names == ["userId", "name", "role", "country", "since", "version", "orderCount", "spent"])
        #expect(ann.json["orderCount"] == 1)
        #expect(ann.json["spent"] == gbp(5_997))
        #expect(!ann.text.contains("example.org"))
        let sam = try market.client.get("/v1/users/sam", after: token).json
        #expect(sam.names == ["userId", "name", "role", "country", "since", "version", "productCount", "sold"])
        #expect(sam["productCount"] == 1)
        #expect(sam["sold"] == 3)
        #expect(sam["country"] == "FR")
    }

    @Test func ordersAreListedByCustomerAndBySeller() throws {
        let market = try Market()
        try market.accept("RegisterUser", ["userId": "bob", "name": "Bob", "role": "customer"])
        try market.accept("AddProduct", Market.product("sofa", seller: "sue"))
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 1)]))
        try market.accept("CreateOrder", Market.order("o-2", customer: "bob", [("sofa", 1), ("lamp", 1), ("sofa", 1)]))
        let token = try market.accept("CreateOrder", Market.order("o-3", [("sofa", 1)])).token
        let lists = [
            "": ["o-3", "o-2", "o-1"], "?customer=ann": ["o-3", "o-1"], "?customer=bob": ["o-2"],
            "?seller=sam": ["o-2", "o-1"], "?seller=sue": ["o-3", "o-2"], "?customer=ann&seller=sue": ["o-3"],
            "?customer=bob&seller=sam": ["o-2"], "?customer=nobody": [], "?seller=nobody": [], "?customer=sam": [],
        ]
        for (query, ids) in lists { #expect(try market.ids("/v1/orders\(query)", after: token) == ids, "\(query)") }
    }

    @Test func ordersAreFilteredByStatusAndTime() throws {
        let market = try Market(["--accept-imports"])
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 100])
        func place(_ id: String, _ at: String, _ units: Int) throws {
            var order = Market.order(id, [("lamp", units)]).object ?? [:]
            order["occurredAt"] = .string(at)
            try market.accept("CreateOrder", .object(order))
        }
        try place("early", "2026-03-01T00:00:00Z", 2)
        try place("late", "2026-03-02T12:00:00Z", 3)
        try place("twin", "2026-03-02T12:00:00Z", 2)
        try place("old", "1969-12-31T23:59:59.999Z", 5)
        let token = try market.accept("PayOrder", ["orderId": "late"]).token
        let lists = [
            "": ["twin", "late", "early", "old"], "?sort=placedAt": ["old", "early", "late", "twin"],
            "?sort=-total": ["old", "late", "twin", "early"], "?status=paid": ["late"], "?status=shipped": [],
            "?status=created&sort=-total": ["old", "twin", "early"],
            // From is part of it, to is not.
            "?from=2026-03-01&to=2026-03-02T12:00:00Z": ["early"],
            "?from=2026-03-02T12:00:00.000Z&sort=placedAt": ["late", "twin"],
            "?from=2026-03-02T12:00:00.0001Z": [], "?to=2026-03-01": ["old"],
            "?to=2026-03-01T00:00:00.0001Z": ["early", "old"],
            // Any zone, and a plus that was sent bare.
            "?from=2026-03-02T13:00:00%2B01:00": ["twin", "late"], "?from=2026-03-02T13:00:00+01:00": ["twin", "late"],
            "?from=2026-03-02T07:00:00-05:00": ["twin", "late"], "?from=2026-03-02T13:00:00-00:00": [],
            "?from=2026-03-02&to=2026-03-02": [], "?from=2026-03-02T12:00:00Z&to=2026-03-02T13:00:00%2B01:00": [],
            "?customer=ann&seller=sam&status=created&from=1969-12-31&to=2026-03-02&sort=-total": ["old", "early"],
            "?seller=sam&sort=placedAt&to=2026-01-01": ["old"], "?customer=sam&sort=-total": [],
            "?seller=ann&status=created": [], "?limit=1&sort=-total&status=created": ["old", "twin", "early"],
            "?limit=1&sort=placedAt&from=2026-01-01": ["early", "late", "twin"],
        ]
        for (query, ids) in lists { #expect(try market.ids("/v1/orders\(query)", after: token) == ids, "\(query)") }
    }

    @Test func productsAreFilteredAndSorted() throws {
        let market = try Market()
        try market.accept("AddProduct", Market.product("a", seller: "sue", category: "garden", price: 300))
        try market.accept("AddProduct", Market.product("b", category: "garden & co", price: 100))
        try market.accept("AddProduct", Market.product("c", category: "garden", price: 300))
        let token = try market.accept("AddProduct", Market.product("d", category: "garden", price: 200)).token
        let lists = [
            "": ["d", "c", "b", "a", "lamp"], "?sort=newest": ["d", "c", "b", "a", "lamp"],
            "?sort=price": ["b", "d", "c", "a", "lamp"], "?sort=-price": ["lamp", "c", "a", "d", "b"],
            "?category=garden": ["d", "c", "a"], "?category=garden&sort=-price": ["c", "a", "d"],
            "?category=garden%20%26%20co": ["b"], "?category=garden+%26+co": ["b"], "?seller=sue": ["a"],
            "?seller=sam&category=garden&sort=price": ["d", "c"], "?category=nothing": [], "?seller=nobody": [],
            "?seller=ann": [], "?limit=1&sort=price": ["b", "d", "c", "a", "lamp"],
        ]
        for (query, ids) in lists { #expect(try market.ids("/v1/products\(query)", after: token) == ids, "\(query)") }
    }

    @Test func renamedSellerHasTheNewNameEverywhereAtOnce() throws {
        let market = try Market(["--loops", "2"])
        for index in 0..<30 { try market.accept("AddProduct", Market.product("p\(index)")) }
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 1), ("p3", 1)]))
        for round in 0..<20 {
            let name: JSON = .string("Sam & Sons \(round)")
            let token = try market.accept("UpdateUser", ["userId": "sam", "name": name]).token
            let client = try market.server.connect()
            let list = try client.list("/v1/products?seller=sam&limit=7", after: token)
            #expect(list.count == 31 && list.allSatisfy { $0["seller"]["name"] == name })
            #expect(
                try client.list("/v1/products?category=home", after: token).allSatisfy { $0["seller"]["name"] == name })
            #expect(try client.get("/v1/products/lamp", after: token).json["seller"]["name"] == name)
            let lines = try client.get("/v1/orders/o-1", after: token).json["lines"].array ?? []
            #expect(lines.count == 2 && lines.allSatisfy { $0["seller"]["name"] == name })
            #expect(try client.get("/v1/users/sam", after: token).json["name"] == name)
        }
        let token = try market.accept("UpdateUser", ["userId": "ann", "name": "Anna"]).token
        #expect(try market.list("/v1/orders", after: token)[0]["customer"]["name"] == "Anna")
        #expect(try market.client.get("/v1/orders/o-1", after: token).json["customer"]["name"] == "Anna")
    }

    @Test func discontinuedProductsLeaveEveryList() throws {
        let market = try Market()
        let added = try market.accept("AddProduct", Market.product("chair")).token
        #expect(try market.ids("/v1/products", after: added) == ["chair", "lamp"])
        let token = try market.accept("DiscontinueProduct", ["productId": "chair"]).token
        for query in ["", "?sort=price", "?sort=-price", "?category=home", "?seller=sam", "?seller=sam&category=home"] {
            #expect(try market.ids("/v1/products\(query)", after: token) == ["lamp"], "\(query)")
        }
        let chair = try market.client.get("/v1/products/chair", after: token)
        #expect(chair.status == 200)
        #expect(chair.json["status"] == "discontinued")
    }

    @Test func changedCategoryAndPriceMoveTheProduct() throws {
        let market = try Market()
        try market.accept("AddProduct", Market.product("chair", price: 2_000))
        try market.accept("UpdateProduct", ["productId": "lamp", "category": "garden"])
        let token = try market.accept("ChangePrice", ["productId": "lamp", "price": gbp(3_000)]).token
        #expect(try market.ids("/v1/products?category=home", after: token) == ["chair"])
        #expect(try market.ids("/v1/products?category=garden", after: token) == ["lamp"])
        #expect(try market.ids("/v1/products?sort=price", after: token) == ["chair", "lamp"])
        #expect(try market.ids("/v1/products?seller=sam&sort=-price", after: token) == ["lamp", "chair"])
    }

    @Test func whatIsNotThereIsNotFound() throws {
        let market = try Market()
        for target in [
            "/v1/products/x", "/v1/orders/x", "/v1/users/x", "/v1/nothing", "/", "/v1/products/lamp/x", "/v2/products",
        ] {
            let answer = try market.client.get(target)
            expectProblem(answer, 404)
        }
        for target in ["/v1/products/x", "/v1/orders/x", "/v1/users/x"] {
            #expect(try market.client.get(target).token != nil, "\(target)")
        }
    }
}
