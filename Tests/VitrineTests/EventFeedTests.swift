import Testing

/// `GET /v1/events`: the log as CloudEvents, a line each.
@Suite struct EventFeedTests {
    @Test func eventsAreCloudEvents() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 2)]))
        let answer = try market.client.get("/v1/events")
        #expect(answer.status == 200)
        #expect(answer[header: "content-type"] == "application/x-ndjson")
        #expect(answer.body.last == UInt8(ascii: "\n"))
        let events = try market.client.events()
        #expect(
            events.map { $0["type"] } == [
                "UserRegistered", "UserRegistered", "UserRegistered", "ProductAdded", "OrderCreated",
            ])
        let source = try #require(events[0]["source"].string)
        #expect(source.hasPrefix("urn:uuid:"))
        for (index, event) in events.enumerated() {
            #expect(event["specversion"] == "1.0")
            #expect(event["id"] == "\(index + 1)")
            #expect(event["position"] == .integer(index + 1))
            #expect(event["sequence"] == .string(String(repeating: "0", count: 19) + "\(index + 1)"))
            #expect(event["source"].string == source)
            #expect(event["datacontenttype"] == "application/json")
            #expect(event["time"].string?.hasSuffix("Z") == true)
        }
        #expect(events.map { $0["subject"] } == ["ann", "sam", "sue", "lamp", "o-1"])
        #expect(events[4]["data"]["lines"][0]["unitPrice"] == gbp(1_999))
    }

    @Test func noEventHoldsAMailOrAKey() throws {
        let market = try Market()
        _ = try market.client.command(
            "RegisterUser", ["userId": "eve", "name": "Eve", "email": "eve@example.org", "role": "customer"],
            key: "secret-key")
        try market.accept("UpdateUser", ["userId": "eve", "email": "eve2@example.org"])
        try market.accept("UpdateUser", ["userId": "eve", "email": nil])
        _ = try market.client.command("UpdateUser", ["userId": "eve", "name": "Eve"], key: "secret-mark")
        let answer = try market.client.get("/v1/events")
        #expect(!answer.text.contains("example.org"))
        #expect(!answer.text.contains("email"))
        #expect(!answer.text.contains("secret"))
        #expect(try market.client.events().count == 7)
    }

    @Test func theFeedIsPagedByPositionOrToken() throws {
        let market = try Market()
        let token = try #require(try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token)
        for delta in 2...50 { try market.accept("AdjustStock", ["productId": "lamp", "delta": .integer(delta)]) }
        #expect(try market.client.events().map { $0["position"].integer } == Array(1...54))
        let page = try market.client.get("/v1/events?after=10&limit=7").text.split(separator: "\n")
        #expect(try page.map { try JSON(Array($0.utf8))["position"].integer } == Array(11...17))
        let behindToken = try market.client.get("/v1/events?after=\(token)&limit=2").text.split(separator: "\n")
        #expect(try behindToken.map { try JSON(Array($0.utf8))["position"].integer } == [6, 7])
        let end = try market.client.get("/v1/events?after=54")
        #expect(end.status == 200)
        #expect(end.body.isEmpty)
    }

    @Test func foreignTokensAndPlacesBeyondTheEndAreRefused() throws {
        let market = try Market()
        let other = try Market()
        let token = try #require(try other.client.get("/v1/products").token)
        expectProblem(try market.client.get("/v1/events?after=\(token)"), 409, "foreign-token")
        expectProblem(try market.client.get("/v1/events?after=x"), 400)
    }

    @Test func anAnswerEndsAfterAMebibyteButHoldsAtLeastOneEvent() throws {
        let market = try Market()
        let prose: JSON = .string(String(repeating: "long ", count: 2_000))
        for index in 0..<150 {
            try market.accept("AddProduct", Market.product("p\(index)").with(["description": prose]))
        }
        let answer = try market.client.get("/v1/events?limit=1000")
        #expect(answer.body.count <= 1 << 20)
        #expect(answer.body.count > 900_000)
        #expect(try market.client.events().count == 154)
    }
}
