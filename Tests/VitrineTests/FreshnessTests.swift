import Foundation
import Testing

/// `Consistency-Token`: who holds one never reads older than it, on any loop.
@Suite struct FreshnessTests {
    @Test func whatWasWrittenIsReadOnEveryLoop() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        concurrently(4) { thread in
            let writer = try server.connect()
            // Connections spread over the loops, so several readers meet both.
            let readers = try (0..<4).map { _ in try server.connect() }
            let id = "p-\(thread)"
            _ = try writer.command("AddProduct", Market.product(id, category: "thread-\(thread)"))
            for price in 1...60 {
                let token = try writer.command("ChangePrice", ["productId": .string(id), "price": gbp(price)]).token
                let reader = readers[price % readers.count]
                #expect(try reader.get("/v1/products/\(id)", after: token).json["price"] == gbp(price))
                let list = try reader.get("/v1/products?category=thread-\(thread)", after: token)
                #expect(list.json["items"][0]["price"] == gbp(price))
            }
        }
    }

    @Test func tokensOnlyGrow() throws {
        let market = try Market()
        let first = try #require(try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token)
        let answer = try market.client.get("/v1/products", after: first)
        let token = try #require(answer.token)
        #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }, "\(token)")
        #expect(try market.client.get("/v1/products/lamp", after: token).status == 200)
    }

    @Test func everyAnswerCarriesAToken() throws {
        let market = try Market()
        let etag = try #require(try market.client.get("/v1/products")[header: "etag"])
        let answers = try [
            market.client.get("/v1/products"), market.client.get("/v1/products", ["If-None-Match": etag]),
            market.client.get("/v1/products/none"), market.client.get("/v1/products?limit=none"),
            market.client.get("/v1/orders"), market.client.get("/v1/users/ann"),
            market.client.command("AdjustStock", ["productId": "lamp", "delta": -99]),
            market.client.command("AdjustStock", ["productId": "lamp"]),
            market.client.command("AdjustStock", text: "{"),
        ]
        for answer in answers { #expect(answer.token != nil, "\(answer.status) \(answer.text)") }
    }

    @Test func malformedTokensAreBadRequests() throws {
        let market = try Market()
        for token in ["", "x", "1", "!!!", String(repeating: "A", count: 500)] {
            for target in ["/v1/products", "/v1/users/ann", "/v1/orders"] {
                let answer = try market.client.get(target, ["Consistency-Token": token])
                expectProblem(answer, 400)
                #expect(answer.faults("header").map { $0.lowercased() } == ["consistency-token"], "\(answer.text)")
            }
        }
    }

    @Test func tokensOfAnotherLogAreForeign() throws {
        let market = try Market()
        let other = try Market()
        let token = try other.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        for target in ["/v1/products", "/v1/products/lamp", "/v1/orders", "/v1/users/ann"] {
            expectProblem(try market.client.get(target, after: token), 409, "foreign-token")
        }
    }

    @Test func theTokenIsWaitedForBeforeTheEntityTagIsJudged() throws {
        let market = try Market()
        for price in 1...100 {
            let etag = try #require(try market.client.get("/v1/products/lamp")[header: "etag"])
            let token = try #require(
                try market.accept("ChangePrice", ["productId": "lamp", "price": gbp(price)]).token)
            let answer = try market.client.get(
                "/v1/products/lamp", ["Consistency-Token": token, "If-None-Match": etag])
            #expect(answer.status == 200)
            #expect(answer.json["price"] == gbp(price))
        }
    }

    @Test func preferencesAreTakenOrIgnored() throws {
        let market = try Market()
        let token = try #require(try market.client.get("/v1/products").token)
        for prefer in [
            "wait=0", "wait=10", "wait=5, return=minimal", "handling=lenient", "respond-async", "wait=\"3\"",
        ] {
            let answer = try market.client.get("/v1/products", ["Consistency-Token": token, "Prefer": prefer])
            #expect(answer.status == 200, "\(prefer): \(answer.text)")
        }
    }

    /// The view is stale for a moment after each command; who does not wait is told so, or sees the new state.
    @Test func whoDoesNotWaitIsToldOrSeesTheNewState() throws {
        let market = try Market()
        for price in 1...200 {
            let token = try #require(
                try market.accept("ChangePrice", ["productId": "lamp", "price": gbp(price)]).token)
            let answer = try market.client.get(
                "/v1/products/lamp", ["Consistency-Token": token, "Prefer": "wait=0"])
            if answer.status == 200 {
                #expect(answer.json["price"] == gbp(price))
            } else {
                expectProblem(answer, 503)
                #expect(Int(answer[header: "retry-after"] ?? "") ?? 0 >= 1)
            }
        }
    }
}
