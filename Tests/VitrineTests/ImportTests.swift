import Testing

/// Fields that only imports set.
@Suite struct ImportTests {
    private static let past: JSON = "2011-12-09T12:50:00.000Z"

    private static let imports: [(String, JSON)] = [
        ("RegisterUser", ["userId": "old", "name": "Old", "role": "customer", "occurredAt": past]),
        ("AddProduct", Market.product("vase").with(["occurredAt": past])),
        ("CreateOrder", Market.order("o-1", [("lamp", 1)]).with(["status": "delivered"])),
        (
            "CreateOrder",
            Market.order("o-2", []).with(["lines": [["productId": "lamp", "quantity": 1, "unitPrice": gbp(3)]]])
        ),
        ("CreateOrder", Market.order("o-3", [("lamp", 1)]).with(["occurredAt": past, "status": "cancelled"])),
    ]

    @Test func importFieldsAreForbidden() throws {
        let market = try Market()
        for (name, body) in Self.imports {
            expectProblem(try market.client.command(name, body), 403, "imports-off")
        }
        #expect(try market.client.events().count == 4)
    }

    @Test func acceptImportsTakesThem() throws {
        let market = try Market(["--accept-imports"])
        var token: String?
        for (name, body) in Self.imports { token = try market.accept(name, body).token }
        let client = market.client
        #expect(try client.get("/v1/users/old", after: token).json["since"] == Self.past)
        #expect(try client.get("/v1/products/vase", after: token).json["addedAt"] == Self.past)
        #expect(try client.get("/v1/orders/o-1", after: token).json["status"] == "delivered")
        #expect(try client.get("/v1/orders/o-2", after: token).json["total"] == gbp(3))
        let cancelled = try client.get("/v1/orders/o-3", after: token).json
        #expect(cancelled["status"] == "cancelled")
        #expect(cancelled["placedAt"] == Self.past)
        // A cancelled order takes no stock, is not sold and not spent, but counts.
        #expect(try client.get("/v1/products/lamp", after: token).json["available"] == 8)
        #expect(try client.get("/v1/products/lamp", after: token).json["sold"] == 2)
        let ann = try client.get("/v1/users/ann", after: token).json
        #expect(ann["orderCount"] == 3)
        #expect(ann["spent"] == gbp(2_002))
    }

    @Test func whatHappenedEarlierIsListedEarlier() throws {
        let market = try Market(["--accept-imports"])
        for (id, time) in [
            ("b", "2012-01-01T00:00:00Z"), ("c", "2010-01-01T00:00:00Z"), ("d", "2011-01-01T00:00:00+02:00"),
        ] {
            try market.accept("AddProduct", Market.product(id).with(["occurredAt": .string(time)]))
        }
        let token = try market.accept("AdjustStock", ["productId": "b", "delta": 1]).token
        #expect(try market.ids("/v1/products", after: token) == ["lamp", "b", "d", "c"])
    }

    @Test func badTimesArePointedAt() throws {
        let market = try Market(["--accept-imports"])
        for time in ["yesterday", "2011-13-01T00:00:00Z", "2011-02-30T00:00:00Z", "2011-01-01T25:00:00Z"] {
            let answer = try market.client.command(
                "RegisterUser", ["name": "A", "role": "seller", "occurredAt": .string(time)])
            expectProblem(answer, 422)
            #expect(answer.faults("pointer") == ["#/occurredAt"], "\(time): \(answer.text)")
        }
    }
}
