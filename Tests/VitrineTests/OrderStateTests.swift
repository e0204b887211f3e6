import Testing

/// Paying, shipping, delivering, cancelling and refunding orders, as a client sees it.
@Suite struct OrderStateTests {
    /// What a client is shown of the lamp, its seller and its customer.
    private func figures(_ market: Market, after token: String?) throws -> [Int?] {
        let lamp = try market.client.get("/v1/products/lamp", after: token).json
        let card = try market.list("/v1/products?category=home", after: token)[0]
        #expect([card["available"], card["sold"]] == [lamp["available"], lamp["sold"]])
        let ann = try market.client.get("/v1/users/ann", after: token).json
        let sam = try market.client.get("/v1/users/sam", after: token).json
        return [
            lamp["available"].integer, lamp["sold"].integer, ann["orderCount"].integer,
            ann["spent"]["amount"].integer, sam["sold"].integer,
        ]
    }

    @Test func anOrderGoesAllTheWayAndKeepsItsHistory() throws {
        let market = try Market()
        var token = try market.accept("CreateOrder", Market.order("o", [("lamp", 2)])).token
        let lists = [
            "/v1/orders", "/v1/orders?customer=ann", "/v1/orders?seller=sam", "/v1/orders?customer=ann&seller=sam",
        ]
        let steps: [(String, JSON, String, String, JSON)] = [
            ("PayOrder", ["orderId": "o"], "OrderPaid", "paid", nil),
            ("ShipOrder", ["orderId": "o"], "OrderShipped", "shipped", nil),
            ("DeliverOrder", ["orderId": "o"], "OrderDelivered", "delivered", nil),
            ("RefundOrder", ["orderId": "o", "reason": "It \"broke\"."], "OrderRefunded", "refunded", "It \"broke\"."),
        ]
        for (index, (name, body, event, status, reason)) in steps.enumerated() {
            // These answers are kept by the server, and must not be shown again.
            for list in lists { _ = try market.list(list, after: token) }
            #expect(try figures(market, after: token) == [8, 2, 1, 3_998, 2])
            let answer = try market.accept(name, body)
            token = answer.token
            #expect(answer.json == ["position": .integer(6 + index), "id": "o", "events": [.string(event)]])
            let order = try market.client.get("/v1/orders/o", after: token).json
            #expect(order["status"] == .string(status))
            #expect(order["version"] == .integer(2 + index))
            let history = order["history"].array ?? []
            #expect(history.count == 2 + index)
            #expect(history.first == ["status": "created", "at": order["placedAt"], "reason": nil])
            #expect(history.last?["status"] == .string(status))
            #expect(history.last?["reason"] == reason)
            #expect(history.last?["at"].string != nil)
            for list in lists {
                let card = try market.list(list, after: token).first
                #expect(card?["status"] == .string(status), "\(list)")
                #expect(card == order.with(["lines": .absent, "history": .absent, "version": .absent]), "\(list)")
            }
        }
        // A refund is no sale, and what was sent does not come back.
        #expect(try figures(market, after: token) == [8, 0, 1, 0, 0])
    }

    @Test func aCancelledOrderGivesItsUnitsBack() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("a", [("lamp", 2), ("lamp", 3)]))
        var token = try market.accept("CreateOrder", Market.order("b", [("lamp", 1)])).token
        #expect(try figures(market, after: token) == [4, 6, 2, 11_994, 6])
        token = try market.accept("CancelOrder", ["orderId": "a", "reason": "late"]).token
        #expect(try figures(market, after: token) == [9, 1, 2, 1_999, 1])
        let event = try #require(try market.client.events().last)
        #expect(
            event["data"] == ["orderId": "a", "reason": "late", "returned": [["productId": "lamp", "quantity": 5]]])
        // Paid orders too, also of a product that is no longer listed, and without a reason.
        try market.accept("PayOrder", ["orderId": "b"])
        try market.accept("DiscontinueProduct", ["productId": "lamp"])
        token = try market.accept("CancelOrder", ["orderId": "b", "reason": nil]).token
        #expect(try market.client.get("/v1/products/lamp", after: token).json["available"] == 10)
        let order = try market.client.get("/v1/orders/b", after: token).json
        #expect(order["history"].array?.map { $0["status"] } == ["created", "paid", "cancelled"])
        #expect(order["history"][2]["reason"] == .null)
    }

    @Test func aWrongStateIsAConflictThatNamesIt() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o", [("lamp", 1)]))
        let end = try market.client.events().count
        let early = try market.client.command("ShipOrder", ["orderId": "o"])
        expectProblem(early, 409, "wrong-state")
        #expect(early.json["detail"].string?.contains("created") == true, "\(early.text)")
        #expect(early.json["detail"].string?.contains("paid") == true, "\(early.text)")
        expectProblem(try market.client.command("RefundOrder", ["orderId": "o"]), 409, "wrong-state")
        for name in ["PayOrder", "ShipOrder", "DeliverOrder", "CancelOrder", "RefundOrder"] {
            expectProblem(try market.client.command(name, ["orderId": "none"]), 409, "unknown-order")
        }
        #expect(try market.client.events().count == end)
        try market.accept("CancelOrder", ["orderId": "o"])
        expectProblem(try market.client.command("CancelOrder", ["orderId": "o"]), 409, "wrong-state")
    }

    @Test func reasonsHaveTheirBoundsAndTheirPlace() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o", [("lamp", 1)]))
        for (name, field) in [("CancelOrder", "reason"), ("RefundOrder", "reason")] {
            let long: JSON = .string(String(repeating: "ü", count: 10_001))
            let answer = try market.client.command(name, ["orderId": "o", "reason": long])
            expectProblem(answer, 422)
            #expect(answer.faults("pointer") == ["#/\(field)"])
        }
        let unknown = try market.client.command("PayOrder", ["orderId": "o", "reason": "r"])
        expectProblem(unknown, 400)
        #expect(unknown.faults("pointer") == ["#/reason"])
        let reason: JSON = .string(String(repeating: "ü", count: 10_000))
        let token = try market.accept("CancelOrder", ["orderId": "o", "reason": reason]).token
        #expect(try market.client.get("/v1/orders/o", after: token).json["history"][1]["reason"] == reason)
    }

    @Test func importedOrdersGoOnFromTheirStatus() throws {
        let market = try Market(["--accept-imports"])
        let past: JSON = "2011-12-09T12:50:00.000Z"
        let later: JSON = "2011-12-10T08:00:00.000Z"
        try market.accept(
            "CreateOrder", Market.order("o", [("lamp", 2)]).with(["status": "shipped", "occurredAt": past]))
        expectProblem(try market.client.command("CancelOrder", ["orderId": "o"]), 409, "wrong-state")
        let token = try market.accept("DeliverOrder", ["orderId": "o", "occurredAt": later]).token
        let order = try market.client.get("/v1/orders/o", after: token).json
        #expect(order["status"] == "delivered")
        #expect(
            order["history"] == [
                ["status": "shipped", "at": past, "reason": nil], ["status": "delivered", "at": later, "reason": nil],
            ])
        #expect(try figures(market, after: token) == [8, 2, 1, 3_998, 2])
    }
}
