import Testing

/// What each rule of the market answers when it is broken. Nothing that was refused leaves a trace.
@Suite struct RejectionTests {
    @Test func conflictsWithStateSayTheirKind() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 1)]))
        try market.accept("AddProduct", Market.product("gone"))
        try market.accept("DiscontinueProduct", ["productId": "gone"])
        let end = try market.client.events().count
        let conflicts: [(String, JSON, String)] = [
            ("UpdateUser", ["userId": "nobody", "name": "N"], "unknown-user"),
            ("AddProduct", Market.product("p", seller: "nobody"), "unknown-user"),
            ("CreateOrder", Market.order("o", customer: "nobody", [("lamp", 1)]), "unknown-user"),
            ("UpdateProduct", ["productId": "nothing", "title": "T"], "unknown-product"),
            ("ChangePrice", ["productId": "nothing", "price": gbp(1)], "unknown-product"),
            ("AdjustStock", ["productId": "nothing", "delta": 1], "unknown-product"),
            ("DiscontinueProduct", ["productId": "nothing"], "unknown-product"),
            ("CreateOrder", Market.order("o", [("nothing", 1)]), "unknown-product"),
            ("AddProduct", Market.product("p", seller: "ann"), "wrong-role"),
            ("CreateOrder", Market.order("o", customer: "sam", [("lamp", 1)]), "wrong-role"),
            ("RegisterUser", ["userId": "ann", "name": "Ann", "role": "customer"], "duplicate-id"),
            ("AddProduct", Market.product("lamp").with(["sku": "other"]), "duplicate-id"),
            ("CreateOrder", Market.order("o-1", [("lamp", 1)]), "duplicate-id"),
            ("AddProduct", Market.product("p").with(["sku": "sku-lamp"]), "duplicate-sku"),
            ("AddProduct", Market.product("p").with(["sku": "sku-gone"]), "duplicate-sku"),
            ("ChangePrice", ["productId": "gone", "price": gbp(1)], "discontinued"),
            ("UpdateProduct", ["productId": "gone", "title": "T"], "discontinued"),
            ("CreateOrder", Market.order("o", [("gone", 1)]), "discontinued"),
            ("CreateOrder", Market.order("o", [("lamp", 1)]).with(["expectedTotal": gbp(1)]), "price-changed"),
        ]
        for (name, body, kind) in conflicts {
            let answer = try market.client.command(name, body)
            expectProblem(answer, 409, kind)
            #expect(answer.token != nil, "\(name)")
        }
        #expect(try market.client.events().count == end)
    }

    @Test func insufficientStockNamesTheProductAndWhatIsLeft() throws {
        let market = try Market()
        let commands: [(String, JSON)] = [
            ("CreateOrder", Market.order("o", [("lamp", 11)])),
            ("CreateOrder", Market.order("o", [("lamp", 6), ("lamp", 5)])),
            ("AdjustStock", ["productId": "lamp", "delta": -11]),
        ]
        for (name, body) in commands {
            let answer = try market.client.command(name, body)
            expectProblem(answer, 409, "insufficient-stock")
            #expect(answer.json["productId"] == "lamp")
            #expect(answer.json["available"] == 10)
        }
    }

    @Test func everyLineOfAnOrderAtFaultIsPointedAt() throws {
        let market = try Market()
        try market.accept("AddProduct", Market.product("gone"))
        try market.accept("DiscontinueProduct", ["productId": "gone"])
        let order = Market.order("o", [("lamp", 6), ("nothing", 1), ("gone", 1), ("lamp", 5)])
        func errors(_ place: String) -> JSON {
            func line(_ index: Int, _ detail: String, _ product: String, _ available: JSON = .absent) -> JSON {
                JSON.object([
                    "pointer": .string("\(place)/lines/\(index)/productId"), "detail": .string(detail),
                    "productId": .string(product),
                ]).with(["available": available])
            }
            return [
                line(0, "Product 'lamp' has 10 left; 11 are wanted.", "lamp", 10),
                line(1, "There is no product 'nothing'.", "nothing"),
                line(2, "Product 'gone' is discontinued.", "gone"),
                line(3, "Product 'lamp' has 10 left; 11 are wanted.", "lamp", 10),
            ]
        }
        let answer = try market.client.command("CreateOrder", order)
        expectProblem(answer, 409, "insufficient-stock")
        #expect(answer.json["productId"] == "lamp" && answer.json["available"] == 10)
        #expect(answer.json["detail"] == answer.json["errors"][0]["detail"])
        #expect(answer.json["errors"] == errors("#"), "\(answer.text)")
        let bulk = try market.client.lines([CommandText("CreateOrder", order).text])
        #expect(bulk.problem(0) == "insufficient-stock")
        #expect(bulk.answers[0]["error"]["errors"] == errors("#/data"))
        let unknown = try market.client.command("CreateOrder", Market.order("o", [("lamp", 1), ("nothing", 1)]))
        expectProblem(unknown, 409, "unknown-product")
        #expect(unknown.json["productId"] == .absent)
        #expect(unknown.json["errors"].array?.count == 1 && unknown.json["errors"][0]["productId"] == "nothing")
    }

    @Test func aChangedPriceTellsTheNewTotal() throws {
        let market = try Market()
        let order = Market.order("o", [("lamp", 2)]).with(["expectedTotal": gbp(1)])
        let price = try #require(try market.client.get("/v1/products/lamp").json["price"]["amount"].integer)
        let total: JSON = ["amount": .integer(2 * price), "currency": "GBP"]
        let answer = try market.client.command("CreateOrder", order)
        expectProblem(answer, 409, "price-changed")
        #expect(answer.json["total"] == total, "\(answer.text)")
        let bulk = try market.client.lines([CommandText("CreateOrder", order).text])
        #expect(bulk.answers[0]["error"]["total"] == total)
        try market.accept("CreateOrder", order.with(["expectedTotal": answer.json["total"]]))
    }

    @Test func fieldsAtFaultArePointedAt() throws {
        let market = try Market()
        let lamp = Market.product("p")
        let faults: [(String, JSON, String)] = [
            ("RegisterUser", ["role": "customer"], "#/name"),
            ("RegisterUser", ["name": "A", "role": "admin"], "#/role"),
            ("RegisterUser", ["userId": "-a", "name": "A", "role": "seller"], "#/userId"),
            ("RegisterUser", ["userId": "", "name": "A", "role": "seller"], "#/userId"),
            (
                "RegisterUser", ["userId": .string(String(repeating: "a", count: 65)), "name": "A", "role": "seller"],
                "#/userId"
            ),
            ("RegisterUser", ["name": "", "role": "customer"], "#/name"),
            ("RegisterUser", ["name": .string(String(repeating: "n", count: 201)), "role": "customer"], "#/name"),
            ("RegisterUser", ["name": "a\nb", "role": "customer"], "#/name"),
            ("RegisterUser", ["name": 7, "role": "customer"], "#/name"),
            ("AddProduct", lamp.with(["price": gbp(0)]), "#/price/amount"),
            ("AddProduct", lamp.with(["price": gbp(100_000_000_000)]), "#/price/amount"),
            ("AddProduct", lamp.with(["price": ["amount": "1", "currency": "GBP"]]), "#/price/amount"),
            ("AddProduct", lamp.with(["price": ["amount": 1.5, "currency": "GBP"]]), "#/price/amount"),
            ("AddProduct", lamp.with(["stock": -1]), "#/stock"),
            ("AddProduct", lamp.with(["stock": 1_000_000_000_001]), "#/stock"),
            ("AddProduct", lamp.with(["imageUrl": "ftp://example.org/x"]), "#/imageUrl"),
            ("AddProduct", lamp.with(["sku": .string(String(repeating: "s", count: 129))]), "#/sku"),
            ("AddProduct", lamp.with(["description": .string(String(repeating: "d", count: 10_001))]), "#/description"),
            ("AddProduct", lamp.with(["category": .absent]), "#/category"),
            ("AdjustStock", ["productId": "lamp", "delta": 1_000_000_000_001], "#/delta"),
            ("CreateOrder", ["customerId": "ann", "lines": []], "#/lines"),
            ("CreateOrder", Market.order("o", [("lamp", 1), ("lamp", 0)]), "#/lines/1/quantity"),
            ("CreateOrder", Market.order("o", [("lamp", 1_000_001)]), "#/lines/0/quantity"),
            ("CreateOrder", Market.order("o", Array(repeating: ("lamp", 1), count: 1_001)), "#/lines"),
        ]
        for (name, body, pointer) in faults {
            let answer = try market.client.command(name, body)
            expectProblem(answer, 422)
            #expect(answer.faults("pointer") == [pointer], "\(name) \(answer.text)")
        }
        #expect(try market.client.events().count == 4)
    }

    @Test func allFaultsAreToldAtOnce() throws {
        let market = try Market()
        let answer = try market.client.command(
            "AddProduct", ["sellerId": "sam", "sku": "", "title": "T", "category": "c", "price": gbp(0), "stock": -1])
        expectProblem(answer, 422)
        #expect(Set(answer.faults("pointer")) == ["#/sku", "#/price/amount", "#/stock"])
    }

    @Test func updatesOfNothingAreUnprocessable() throws {
        let market = try Market()
        expectProblem(try market.client.command("UpdateUser", ["userId": "ann"]), 422)
        expectProblem(try market.client.command("UpdateProduct", ["productId": "lamp"]), 422)
    }

    @Test func bodiesThatAreNoCommandAreBadRequests() throws {
        let market = try Market()
        let user = "\"name\":\"A\",\"role\":\"seller\""
        let bodies = [
            "", "{", "[]", "7", "nonsense", "{\(user)} x", "{\(user),}", "{\(user),\"surprise\":1}",
            "{\(user),\"name\":\"B\"}", "{\"name\":\"\u{1}\",\"role\":\"seller\"}",
            "{\"name\":\"\\ud800\",\"role\":\"seller\"}",
        ]
        for body in bodies { expectProblem(try market.client.command("RegisterUser", text: body), 400) }
        let unknown = try market.client.command("RegisterUser", text: "{\(user),\"surprise\":1}")
        #expect(unknown.faults("pointer") == ["#/surprise"])
        let repeated = try market.client.command("RegisterUser", text: "{\(user),\"name\":\"B\"}")
        #expect(repeated.faults("pointer") == ["#/name"])
        #expect(try market.client.events().count == 4)
    }

    @Test func foreignCurrencyAndTooLargeOrdersHaveTheirKinds() throws {
        let market = try Market()
        let euros: JSON = ["amount": 1, "currency": "EUR"]
        let currency = try market.client.command("AddProduct", Market.product("p").with(["price": euros]))
        expectProblem(currency, 422, "wrong-currency")
        #expect(currency.faults("pointer") == ["#/price/currency"])
        try market.accept("AddProduct", Market.product("gold", price: 99_999_999_999, stock: 1_000))
        expectProblem(
            try market.client.command("CreateOrder", Market.order("o", [("gold", 101)])), 422, "order-too-large")
        try market.accept("CreateOrder", Market.order("o", [("gold", 100)]))
    }
}
