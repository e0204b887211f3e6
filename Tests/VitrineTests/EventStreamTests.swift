import Foundation
import Testing

/// `GET /v1/events` with `Accept: text/event-stream`.
@Suite struct EventStreamTests {
    private func adjust(_ market: Market, _ count: Int) throws {
        for _ in 0..<count { try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]) }
    }

    private func gauge(_ market: Market) throws -> Int? {
        let text = try market.client.get("/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("vitrine_event_streams ") }
        return line.flatMap { Int($0.dropFirst("vitrine_event_streams ".count)) }
    }

    /// Asks until `vitrine_event_streams` is `count`; the socket's time limit is far longer.
    private func awaitStreams(_ count: Int, _ market: Market) throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while try gauge(market) != count { try #require(Date() < deadline, "never \(count) streams") }
    }

    @Test func theStreamBeginsWithThePastAndGoesOnLive() throws {
        let market = try Market()
        let stream = try EventStream(market.server)
        #expect(stream.head[header: "content-type"] == "text/event-stream")
        #expect(stream.head[header: "cache-control"] == "no-store")
        #expect(stream.head.token?.hasSuffix("-0000000000000004") == true)
        #expect(try stream.positions(4) == [1, 2, 3, 4])
        for position in 5..<25 {
            try adjust(market, 1)
            #expect(try stream.positions(1) == [position])
        }
    }

    @Test func dataIsTheLineOfThePage() throws {
        let market = try Market()
        let stream = try EventStream(market.server)
        let lines = try market.client.get("/v1/events").text.split(separator: "\n")
        for line in lines { #expect(try stream.next()?.data == String(line)) }
    }

    @Test func aTokenOfAListJoinsTheTwoWithoutAGap() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        // Lists are read, and streams joined to them, while another client writes.
        concurrently(2) { thread in
            let client = try server.connect()
            if thread == 0 {
                for _ in 0..<300 {
                    let answer = try client.command("AdjustStock", ["productId": "lamp", "delta": 1])
                    #expect(answer.status == 200)
                }
                return
            }
            for _ in 0..<30 {
                let list = try client.get("/v1/products")
                let token = try #require(list.token)
                let available = try #require(list.json["items"][0]["available"].integer)
                let stream = try EventStream(server, "/v1/events?after=\(token)")
                // 10 at position 4, and one more with each event: the next event is the one the list does not show.
                if available < 310 {
                    #expect(try stream.positions(1) == [available - 10 + 5])
                }
            }
        }
    }

    @Test func aStreamResumesBehindTheLastEventThatItsClientHas() throws {
        let market = try Market()
        try adjust(market, 20)
        var expected = 1
        var headers: [String: String] = [:]
        // Each connection reads some, breaks, and comes back; `after` is what the client began with and no longer counts.
        for count in [3, 1, 7, 2, 11] {
            let stream = try EventStream(market.server, "/v1/events?after=0", headers)
            #expect(try stream.positions(count) == Array(expected..<expected + count))
            expected += count
            headers["Last-Event-ID"] = "\(expected - 1)"
        }
        let stream = try EventStream(market.server, "/v1/events?after=24", headers)
        let token = try #require(try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token)
        #expect(try stream.positions(1) == [25])
        let byToken = try EventStream(market.server, "/v1/events", ["Last-Event-ID": token])
        try adjust(market, 1)
        #expect(try byToken.positions(1) == [26])
    }

    @Test func whatIsNoPlaceInThisLogIsRefused() throws {
        let market = try Market()
        let other = try Market()
        let foreign = try #require(try other.client.get("/v1/products").token)
        func ask(_ target: String, _ id: String? = nil) throws -> Answer {
            var headers = ["Accept": "text/event-stream"]
            headers["Last-Event-ID"] = id
            return try market.client.get(target, headers)
        }
        for id in ["x", "-1", "1.5", "4,4", String(repeating: "9", count: 20), foreign + "0"] {
            let answer = try ask("/v1/events", id)
            expectProblem(answer, 400)
            #expect(answer.faults("header") == ["Last-Event-ID"], "\(id): \(answer.text)")
        }
        for (target, id) in [("/v1/events", "5"), ("/v1/events", foreign), ("/v1/events?after=5", nil)] {
            expectProblem(try ask(target, id), 409, "foreign-token")
        }
        expectProblem(try ask("/v1/events?after=\(foreign)"), 409, "foreign-token")
        expectProblem(try ask("/v1/events?after=x"), 400)
        expectProblem(try ask("/v1/events?since=1"), 400)
        #expect(try gauge(market) == 0)
    }

    @Test func headAnswersWithTheFieldsAlone() throws {
        let market = try Market()
        let answer = try market.client.exchange("HEAD", "/v1/events", ["Accept": "text/event-stream"])
        #expect(answer.status == 200)
        #expect(answer[header: "content-type"] == "text/event-stream")
        #expect(answer.token != nil)
        #expect(try market.client.get("/livez").status == 200)
        #expect(try gauge(market) == 0)
    }

    @Test func acceptDecidesTheForm() throws {
        let market = try Market()
        for accept in ["*/*", "application/x-ndjson", "text/event-stream;q=0, */*", "a/b;x=\"y,text/event-stream\""] {
            let answer = try market.client.get("/v1/events", ["Accept": accept])
            #expect(answer[header: "content-type"] == "application/x-ndjson", "\(accept)")
        }
        for accept in [
            "text/event-stream", "Text/Event-Stream; q=0.5", "text/html, text/event-stream",
            "a/b;x=\"\\\",\",text/event-stream",
        ] {
            let stream = try EventStream(market.server, "/v1/events", ["Accept": accept])
            #expect(try stream.positions(4) == [1, 2, 3, 4], "\(accept)")
        }
    }

    @Test func clientsWithoutChunksReadToTheEndOfTheConnection() throws {
        let market = try Market()
        let client = try market.server.connect()
        try client.send(
            Array("GET /v1/events HTTP/1.0\r\nAccept: text/event-stream\r\nConnection: keep-alive\r\n\r\n".utf8))
        try awaitStreams(1, market)
        try adjust(market, 1)
        #expect(try market.server.end() == .code(0))
        let text = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts[0].contains("Connection: close"))
        #expect(!parts[0].contains("chunked"))
        let ids = parts[1].split(separator: "\n\n").map { $0.prefix { $0 != "\n" } }
        #expect(ids.map { EventStream.position(ofToken: $0.dropFirst(4)) } == Array(1...5))
    }

    @Test func manyStreamsAtManyPlacesEachGetEveryEventOnce() throws {
        let market = try Market(["--loops", "2"])
        let prose: JSON = .string(String(repeating: "long ", count: 2_000))
        // Three steps' worth of past.
        for index in 0..<20 {
            try market.accept("AddProduct", Market.product("p\(index)").with(["description": prose]))
        }
        let server = market.server
        concurrently(21) { thread in
            if thread == 20 {
                let client = try server.connect()
                for _ in 0..<200 {
                    let answer = try client.command("AdjustStock", ["productId": "lamp", "delta": 1])
                    #expect(answer.status == 200)
                }
                return
            }
            let stream = try EventStream(server, "/v1/events?after=\(thread)")
            #expect(try stream.positions(224 - thread) == Array(thread + 1...224))
        }
    }

    @Test func commentsKeepAnIdleStreamAlive() throws {
        let market = try Market()
        let stream = try EventStream(market.server, "/v1/events?after=4")
        let began = Date()
        try stream.awaitComment()
        #expect(abs(Date().timeIntervalSince(began) - 15) < 3)
        try adjust(market, 1)
        #expect(try stream.positions(1) == [5])
    }

    @Test func aClientThatDoesNotReadIsDroppedWhileOthersGoOn() throws {
        let market = try Market()
        let stalled = try EventStream(market.server, "/v1/events", receiveBytes: 4_096)
        let reading = try EventStream(market.server)
        #expect(try reading.positions(4) == [1, 2, 3, 4])
        let prose: JSON = .string(String(repeating: "long ", count: 2_000))
        // More than the kernel holds for one connection.
        let count = 1_200
        for index in 0..<count {
            try market.accept("AddProduct", Market.product("p\(index)").with(["description": prose]))
            // As they come: the disk may take longer over all of them than a client may go without reading.
            #expect(try reading.positions(1) == [5 + index])
        }
        try awaitStreams(1, market)
        // It got a beginning and no end.
        #expect(throws: Client.Failure.self) { while try stalled.next() != nil {} }
        try adjust(market, 1)
        #expect(try reading.positions(1) == [5 + count])
    }

    @Test func aClientThatLeavesIsForgotten() throws {
        let market = try Market()
        do {
            let streams = try (0..<5).map { _ in try EventStream(market.server, "/v1/events?after=4") }
            try awaitStreams(5, market)
            _ = streams
        }
        try awaitStreams(0, market)
        try adjust(market, 1)
        let halfClosed = try EventStream(market.server)
        halfClosed.client.endSending()
        try awaitStreams(0, market)
        while try halfClosed.next() != nil {}
    }

    @Test func aThousandIdleStreamsLeaveTheServerToTheOthers() throws {
        let market = try Market(["--loops", "2"])
        let streams = try (0..<1_000).map { _ in try EventStream(market.server, "/v1/events?after=4") }
        #expect(try gauge(market) == 1_000)
        for _ in 0..<100 { #expect(try market.client.get("/v1/products/lamp").status == 200) }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        #expect(try market.client.get("/v1/products/lamp", after: token).json["available"] == 11)
        for stream in streams { #expect(try stream.positions(1) == [5]) }
    }

    @Test func endingTheServerEndsStreamsAsWholeAnswers() throws {
        let market = try Market(["--loops", "2"])
        let streams = try (0..<50).map { _ in try EventStream(market.server) }
        for stream in streams { #expect(try stream.positions(4) == [1, 2, 3, 4]) }
        let began = Date()
        market.server.send(SIGTERM)
        for stream in streams { #expect(try stream.next()?.id == nil) }
        #expect(try market.server.waitForExit() == .code(0), "\(market.server.errors)")
        #expect(Date().timeIntervalSince(began) < 5, "the streams were waited for")
    }
}
