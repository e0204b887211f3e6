import Testing

/// `Idempotency-Key`: what was accepted under a key happens once, for as long as the log is.
@Suite struct IdempotencyTests {
    private let adjust: JSON = ["productId": "lamp", "delta": 5]

    @Test func theSameCommandReplaysItsFirstOutcome() throws {
        let market = try Market()
        let first = try market.client.command("AdjustStock", adjust, key: "k-1")
        #expect(first.status == 200)
        #expect(first[header: "idempotent-replayed"] == nil)
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1])
        for key in ["k-1", "\"k-1\""] {
            let again = try market.client.command("AdjustStock", adjust, key: key)
            #expect(again.status == 200)
            #expect(again.json == first.json)
            #expect(again[header: "idempotent-replayed"] == "true")
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        #expect(try market.client.get("/v1/products/lamp", after: token).json["available"] == 17)
    }

    @Test func fieldsCountNotTheirSpelling() throws {
        let market = try Market()
        let first = try market.client.command("AdjustStock", adjust, key: "k")
        let text = "{ \"delta\" : 5, \"product\\u0049d\" : \"l\\u0061mp\" }"
        let again = try market.client.command("AdjustStock", text: text, ["Idempotency-Key": "k"])
        #expect(again.json == first.json)
        #expect(again[header: "idempotent-replayed"] == "true")
    }

    @Test func anIdMadeByTheServerIsReplayed() throws {
        let market = try Market()
        let body: JSON = ["name": "Zoe", "role": "customer"]
        let first = try market.client.command("RegisterUser", body, key: "zoe")
        let again = try market.client.command("RegisterUser", body, key: "zoe")
        #expect(again.json == first.json)
        #expect(try market.client.events().count == 5)
    }

    @Test func anythingElseUnderTheKeyIsRefused() throws {
        let market = try Market()
        #expect(try market.client.command("AdjustStock", adjust, key: "k").status == 200)
        let others: [(String, JSON)] = [
            ("AdjustStock", ["productId": "lamp", "delta": 6]),
            ("ChangePrice", ["productId": "lamp", "price": gbp(7)]),
            ("RegisterUser", ["name": "A", "role": "customer"]),
        ]
        for (name, body) in others {
            expectProblem(try market.client.command(name, body, key: "k"), 422, "idempotency-key-reused")
        }
        #expect(try market.client.events().count == 5)
    }

    @Test func rejectedCommandsAreDecidedAfresh() throws {
        let market = try Market()
        let order = Market.order("o", [("lamp", 12)])
        expectProblem(try market.client.command("CreateOrder", order, key: "k"), 409, "insufficient-stock")
        try market.accept("AdjustStock", adjust)
        let accepted = try market.client.command("CreateOrder", order, key: "k")
        #expect(accepted.status == 200)
        #expect(accepted[header: "idempotent-replayed"] == nil)
    }

    @Test func malformedKeysAreRefused() throws {
        let market = try Market()
        let long = String(repeating: "k", count: 129)
        for key in ["", "\"\"", "a b", "\u{e9}", long] {
            let answer = try market.client.command("AdjustStock", adjust, key: key)
            expectProblem(answer, 400)
            #expect(answer.faults("header").map { $0.lowercased() } == ["idempotency-key"], "\(key): \(answer.text)")
        }
        #expect(try market.client.command("AdjustStock", adjust, key: String(repeating: "k", count: 128)).status == 200)
    }

    @Test func keysSurviveARestart() throws {
        let market = try Market()
        let first = try market.client.command("AdjustStock", adjust, key: "k")
        #expect(try market.server.end() == .code(0))
        let restarted = try ServerProcess.start(market.data)
        let again = try restarted.connect().command("AdjustStock", adjust, key: "k")
        #expect(again.json == first.json)
        #expect(again[header: "idempotent-replayed"] == "true")
        expectProblem(
            try restarted.connect().command("AdjustStock", ["productId": "lamp", "delta": 1], key: "k"), 422,
            "idempotency-key-reused")
    }

    @Test func ofManyAtOnceOneHappens() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let body = adjust
        for round in 0..<20 {
            concurrently(8) { _ in
                let answer = try server.connect().command("AdjustStock", body, key: "round-\(round)")
                #expect(answer.status == 200)
                #expect(answer.json["position"] == .integer(5 + round))
            }
        }
        #expect(try market.client.events().count == 24)
    }
}
