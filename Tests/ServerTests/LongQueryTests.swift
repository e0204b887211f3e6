import Testing

@testable import Server

/// Queries that the worker answers, against those that the loop answers itself.
@Suite struct LongQueryTests {
    /// One answer of each kind of query, and a page that another follows.
    private static let targets = [
        "/v1/products", "/v1/products?limit=2&sort=title&facets=category,seller,price,rating",
        "/v1/products?category=c1&minPrice=150&sort=-price", "/v1/products?ids=p3,p1,none", "/v1/products?seller=none",
        "/v1/products/p1", "/v1/products/p1/reviews", "/v1/orders?sort=-total&status=created",
        "/v1/orders?customer=ann",
        "/v1/orders/o2", "/v1/users/sam", "/v1/reports/sales", "/v1/reports/sales?by=seller&category=c1",
        "/v1/reports/top-products?limit=1",
    ]

    /// The token of the last command.
    @discardableResult
    private func fill(_ market: InProcessMarket) -> String {
        let client = market.usualClient()
        client.accept("RegisterUser", #"{"userId":"ann","name":"Ann","role":"customer"}"#)
        client.accept("RegisterUser", #"{"userId":"sam","name":"Sam","role":"seller"}"#)
        for number in 1...6 {
            client.accept(
                "AddProduct",
                """
                {"productId":"p\(number)","sellerId":"sam","sku":"s\(number)","title":"Product \(number)",\
                "category":"c\(number % 2)","price":{"amount":\(number * 100),"currency":"GBP"},"stock":50}
                """)
        }
        client.accept("ReviewProduct", #"{"productId":"p1","customerId":"ann","rating":4}"#)
        for number in 1...3 {
            client.accept(
                "CreateOrder",
                """
                {"orderId":"o\(number)","customerId":"ann",\
                "lines":[{"productId":"p\(number)","quantity":2},{"productId":"p5","quantity":1}]}
                """)
        }
        let last = client.accept("AdjustStock", #"{"productId":"p1","delta":1}"#)
        // The views have it all, also for who does not say how much it wants.
        #expect(client.ask(get("/v1/products/p1", token(last)))?.status == 200)
        return last
    }

    private func token(_ token: String) -> String { "Consistency-Token: \(token)\r\n" }

    private func queries(_ market: InProcessMarket) -> Int { market.market.worker.taken.load(ordering: .relaxed) }

    // MARK: Answers

    @Test func theWorkersAnswersAreTheLoops() throws {
        let market = try InProcessMarket()
        let last = fill(market)
        let (usual, client) = (market.usualClient(), market.client())
        for target in Self.targets {
            let expected = try #require(usual.ask(get(target, token(last))))
            let taken = queries(market)
            var answer = try #require(client.ask(get(target, token(last))))
            #expect(queries(market) == taken + 1, "\(target) went to the worker")
            #expect(expected.status == 200)
            #expect(answer.status == 200)
            #expect(answer.body == expected.body, "\(target)")
            #expect(answer.fields["consistency-token"] == last)
            answer.fields["date"] = expected.fields["date"]
            #expect(answer.fields == expected.fields, "\(target)")
        }
        #expect(client.ask(get("/v1/users/none", token(last)))?.status == 404)
    }

    @Test func headAndEntityTagsAreJudged() throws {
        let market = try InProcessMarket(cacheBytes: 0)
        let last = fill(market)
        let client = market.client()
        let whole = try #require(client.ask(get("/v1/reports/sales", token(last))))
        let tag = try #require(whole.fields["etag"])
        client.send("HEAD /v1/reports/sales HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try #require(client.answer(isHead: true))
        #expect(head.status == 200)
        #expect(head.fields["etag"] == tag)
        #expect(head.fields["content-length"] == "\(whole.body.utf8.count)")
        let known = try #require(client.ask(get("/v1/reports/sales", "If-None-Match: \(tag)\r\n")))
        #expect(known.status == 304)
        #expect(known.body.isEmpty)
        #expect(known.fields["consistency-token"] == last)
        #expect(known.fields["cache-control"] == "private, no-cache")
        // Nothing was kept, so each of them was the worker's.
        #expect(queries(market) == 3)
    }

    @Test func whatIsKeptIsNotAskedForAgainUntilItChanges() throws {
        let market = try InProcessMarket()
        let last = fill(market)
        let client = market.client()
        let target = "/v1/reports/sales?by=category"
        let first = try #require(client.ask(get(target, token(last))))
        #expect(client.ask(get(target))?.body == first.body)
        #expect(client.ask(get(target, token(last)))?.body == first.body)
        #expect(queries(market) == 1)
        // What does not move the sales does not outdate them, and the token shows how new they are.
        let other = client.accept("AdjustStock", #"{"productId":"p1","delta":1}"#)
        #expect(client.ask(get(target, token(other)))?.fields["consistency-token"] == other)
        #expect(queries(market) == 1)
        let order = client.accept(
            "CreateOrder", #"{"customerId":"ann","lines":[{"productId":"p5","quantity":1}]}"#)
        let second = try #require(client.ask(get(target, token(order))))
        #expect(second.body != first.body)
        #expect(second.fields["consistency-token"] == order)
        #expect(queries(market) == 2)
    }

    // MARK: Many at once

    @Test func theLoopAnswersOthersMeanwhile() throws {
        let market = try InProcessMarket()
        fill(market)
        let gate = market.holdWorker()
        let (slow, fast) = (market.client(), market.client())
        slow.send(get("/v1/reports/sales") + get("/livez"))
        market.waitForQueue(1)
        for _ in 0..<20 { #expect(fast.ask(get("/livez"))?.status == 200) }
        #expect(fast.ask(get("/metrics"))?.body.contains("\nvitrine_worker_queue_depth 1\n") == true)
        // Nothing came of the slow one so far, not even of the request behind it.
        #expect(slow.readOnce(milliseconds: 0) == .open)
        #expect(slow.received.isEmpty)
        gate.open()
        #expect(slow.answer()?.body.contains("revenue") == true)
        #expect(slow.answer()?.body == "ok\n")
    }

    @Test func thoseWhoAskTheSameShareOneAnswer() throws {
        // Nothing is kept, so that it is not the cache that they share.
        let market = try InProcessMarket(cacheBytes: 0)
        fill(market)
        let gate = market.holdWorker()
        let taken = queries(market)
        let clients = (0..<8).map { _ in market.client() }
        var gone: TestClient? = market.client()
        let other = market.client()
        for client in clients + [gone!, other] { #expect(client.ask(get("/livez"))?.status == 200) }
        for client in clients + [gone!] { client.send(get("/v1/reports/top-products")) }
        // The loop has met them all once it has answered what came later, at the latest in its next tick.
        for _ in 0..<2 { #expect(other.ask(get("/livez"))?.status == 200) }
        #expect(market.market.worker.depth == 1)
        gone = nil
        gate.open()
        let answers = clients.map { $0.answer() }
        #expect(answers[0]?.status == 200)
        for answer in answers { #expect(answer?.body == answers[0]?.body) }
        #expect(queries(market) == taken + 1)
    }

    @Test func aFullQueueIsToldAndWhatWaitsIsAnswered() throws {
        let market = try InProcessMarket(queuedMax: 3)
        fill(market)
        let gate = market.holdWorker()
        let waiting = (1...3).map { _ in market.client() }
        for (number, client) in waiting.enumerated() {
            client.send(get("/v1/products?limit=\(number + 1)"))
            market.waitForQueue(number + 1)
        }
        let client = market.client()
        let refused = try #require(client.ask(get("/v1/products?limit=9")))
        #expect(refused.status == 503)
        #expect(refused.fields["retry-after"] == "1")
        #expect(refused.fields["cache-control"] == "no-store")
        #expect(refused.fields["consistency-token"] != nil)
        #expect(refused.body.contains("urn:vitrine:problem:busy"))
        gate.open()
        for client in waiting { #expect(client.answer()?.status == 200) }
        #expect(client.ask(get("/v1/products?limit=9"))?.status == 200)
    }

    // MARK: Freshness and ends

    @Test func aTokenIsWaitedForAndThenTheWorkerAnswers() throws {
        let market = try InProcessMarket()
        fill(market)
        let client = market.client()
        let writer = market.usualClient()
        for units in 1...30 {
            let last = writer.accept(
                "CreateOrder", #"{"customerId":"ann","lines":[{"productId":"p6","quantity":1}]}"#)
            let answer = try #require(client.ask(get("/v1/reports/sales?by=category&category=c0", token(last))))
            #expect(answer.fields["consistency-token"]! >= last)
            // Order 2 has two of p2.
            #expect(answer.body.contains("\"units\":\(2 + units),"), "\(answer.body)")
        }
    }

    @Test func whatIsTooMuchForTheWorkerIsAProblem() throws {
        let market = try InProcessMarket(workerBudget_ns: -1)
        let last = fill(market)
        let answer = try #require(market.client().ask(get("/v1/reports/sales", token(last))))
        #expect(answer.status == 503)
        #expect(answer.body.contains("urn:vitrine:problem:too-much"))
        #expect(answer.fields["consistency-token"] == last)
        #expect(market.usualClient().ask(get("/v1/reports/sales", token(last)))?.status == 200)
    }

    @Test func theServersEndWaitsForWhatRuns() throws {
        let market = try InProcessMarket()
        fill(market)
        let gate = market.holdWorker()
        let (first, second) = (market.client(), market.client())
        first.send(get("/v1/reports/sales"))
        second.send(get("/v1/reports/sales?by=seller"))
        market.waitForQueue(2)
        let idle = market.client()
        #expect(idle.ask(get("/livez"))?.status == 200)
        market.drain()
        #expect(idle.readToEnd() == .closed)
        gate.open()
        for client in [first, second] {
            let answer = try #require(client.answer())
            #expect(answer.status == 200)
            #expect(answer.fields["connection"] == "close")
            #expect(client.readToEnd() == .closed)
        }
        market.end()
    }

    // MARK: Who waits

    private func isUnderWay(_ target: [UInt8], _ queries: LongQueries) -> Bool { queries.contains(target.span.bytes) }

    @Test func aSnapshotServesThoseThatItIsNewEnoughFor() {
        var queries = LongQueries()
        let target = Array("/a".utf8)
        #expect(!isUnderWay(target, queries))
        let waiters = [5, 7, 6, 9].enumerated().map { index, position in
            LongQueries.Waiter(connection: UInt64(index), position: UInt64(position), ifNoneMatch: nil)
        }
        for waiter in waiters { queries.add(waiter, for: target) }
        queries.add(waiters[0], for: Array("/b".utf8))
        #expect(isUnderWay(target, queries))
        queries.forget(2)
        let (ready, late) = queries.take(target, at: 7)
        #expect(ready == [waiters[0], waiters[1]])
        #expect(late == [waiters[3]])
        #expect(!isUnderWay(target, queries))
        #expect(isUnderWay(Array("/b".utf8), queries))
        #expect(queries.take(target, at: 100).ready.isEmpty)
    }

    @Test func whoAllWentStillLeavesTheQueryUnderWay() {
        var queries = LongQueries()
        let target = Array("/a".utf8)
        queries.add(LongQueries.Waiter(connection: 1, position: 1, ifNoneMatch: nil), for: target)
        queries.forget(1)
        #expect(isUnderWay(target, queries))
        #expect(queries.take(target, at: 1).ready.isEmpty)
    }
}
