import Testing

/// Entity tags, HEAD, and what the head says about keeping an answer.
@Suite struct CachingTests {
    private let queries = [
        "/v1/products", "/v1/products/lamp", "/v1/orders", "/v1/users/ann", "/v1/%70roducts", "/v%31/order%73",
        "/openapi.json",
    ]

    @Test func anEscapedPathIsTheSameAnswer() throws {
        let market = try Market()
        for (escaped, plain) in [
            ("/v1/%70roducts", "/v1/products"), ("/v1/products/l%61mp", "/v1/products/lamp"), ("/v1%2forders", nil),
            ("/v%31/order%73?limit=1", "/v1/orders?limit=1"), ("/%6civez", "/livez"), ("/v1/products%2Flamp", nil),
        ] {
            // The second time from the cache.
            for _ in 0..<2 {
                let answer = try market.client.get(escaped)
                guard let plain else {
                    expectProblem(answer, 404, "not-found")
                    continue
                }
                let expected = try market.client.get(plain)
                #expect(answer.status == 200 && answer.body == expected.body, "\(escaped)")
                for name in ["etag", "cache-control", "vary"] {
                    #expect(answer[header: name] == expected[header: name], "\(name) of \(escaped)")
                }
            }
        }
        for path in ["/v1/products%", "/v1/%7", "/%zz", "/v1/products/%FF", "/%C3"] {
            expectProblem(try market.client.get(path), 400, "malformed-path")
        }
    }

    @Test func anUnchangedAnswerIsNotSentAgain() throws {
        let market = try Market()
        for target in queries {
            let first = try market.client.get(target)
            let etag = try #require(first[header: "etag"])
            #expect(etag.hasPrefix("\"") && etag.hasSuffix("\""), "\(etag)")
            for condition in [etag, "W/" + etag, "*", "\"other\", \(etag)"] {
                let again = try market.client.get(target, ["If-None-Match": condition])
                #expect(again.status == 304, "\(target) \(condition)")
                #expect(again.body.isEmpty)
                #expect(again[header: "etag"] == etag)
                #expect(again[header: "cache-control"] == first[header: "cache-control"])
                #expect(again.token != nil)
            }
            for condition in [
                "\"other\"", "w/" + etag, "\"a,\"" + etag, etag + "x", etag + ", x", "*, " + etag,
                String(etag.dropLast()),
            ] {
                let other = try market.client.get(target, ["If-None-Match": condition])
                #expect(other.status == 200, "\(target) \(condition)")
                #expect(other.body == first.body)
            }
        }
    }

    /// As proxies ask, and with a condition on more than one line.
    @Test func absoluteTargetsAndSplitConditionsAreTheSame() throws {
        let market = try Market()
        for target in queries {
            let first = try market.client.get(target)
            let etag = try #require(first[header: "etag"])
            for _ in 0..<3 {
                for condition in ["", "If-None-Match: \"x\"\r\nIf-None-Match: \(etag)\r\n"] {
                    try market.client.send(
                        Array("GET http://a\(target) HTTP/1.1\r\nHost: a\r\n\(condition)\r\n".utf8))
                    let answer = try market.client.receive()
                    #expect(answer.status == (condition.isEmpty ? 200 : 304), "\(target)")
                    for name in ["etag", "cache-control", "vary"] {
                        #expect(answer[header: name] == first[header: name], "\(name) of \(target)")
                    }
                }
            }
        }
    }

    /// Only queries are looked for in the cache.
    @Test func missesAreAnswersThatWereMade() throws {
        let market = try Market(["--loops", "1"])
        func count(_ name: String) throws -> Int {
            let line = try market.client.get("/metrics").text.split(separator: "\n").first {
                $0.hasPrefix("vitrine_cache_\(name)_total ")
            }
            return try #require(line.flatMap { Int($0.split(separator: " ")[1]) })
        }
        _ = try market.client.get("/v1/products")
        let (hits, misses) = (try count("hits"), try count("misses"))
        for target in ["/livez", "/readyz", "/v1/events", "/v1/products/none", "/nowhere", "/v1/products?limit=0"] {
            _ = try market.client.get(target)
        }
        // The product that is not there was looked for.
        for _ in 0..<3 { _ = try market.client.get("/v1/products") }
        #expect(try (count("hits") - hits, count("misses") - misses) == (3, 1))
    }

    @Test func aChangedAnswerHasAnotherTag() throws {
        let market = try Market()
        let before = try #require(try market.client.get("/v1/products")[header: "etag"])
        let token = try #require(try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token)
        let answer = try market.client.get("/v1/products", ["If-None-Match": before, "Consistency-Token": token])
        #expect(answer.status == 200)
        #expect(answer[header: "etag"] != before)
        try market.accept("AdjustStock", ["productId": "lamp", "delta": -1])
    }

    @Test func headSaysWhatGetWould() throws {
        let market = try Market()
        for target in queries + ["/v1/products/none", "/livez", "/readyz"] {
            let get = try market.client.get(target)
            let head = try market.client.exchange("HEAD", target)
            #expect(head.status == get.status, "\(target)")
            for name in ["content-type", "content-length", "etag", "cache-control", "vary"] {
                #expect(head[header: name] == get[header: name], "\(name) of \(target)")
            }
        }
        // The connection still speaks in turn: no body came with HEAD.
        #expect(try market.client.get("/livez").status == 200)
    }

    @Test func eachRouteSaysWhoMayKeepIt() throws {
        let market = try Market()
        try market.accept("CreateOrder", Market.order("o-1", [("lamp", 1)]))
        for target in ["/v1/products", "/v1/products/lamp"] {
            let answer = try market.client.get(target)
            #expect(answer[header: "cache-control"] == "no-cache", "\(target)")
            #expect(answer[header: "vary"]?.lowercased() == "consistency-token", "\(target)")
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token
        for target in ["/v1/orders", "/v1/orders/o-1", "/v1/users/ann"] {
            let answer = try market.client.get(target, after: token)
            #expect(answer.status == 200)
            #expect(answer[header: "cache-control"] == "private, no-cache", "\(target)")
        }
        #expect(try market.client.get("/v1/events")[header: "cache-control"] == "no-store")
    }

    @Test func answersAreTypedAndDated() throws {
        let market = try Market()
        for target in queries {
            let answer = try market.client.get(target)
            #expect(answer[header: "content-type"] == "application/json", "\(target)")
            let date = try #require(answer[header: "date"])
            #expect(date.wholeMatch(of: /\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/) != nil, "\(date)")
        }
    }

    @Test func cachedAndFreshAnswersAreTheSameBytes() throws {
        let cached = try Market()
        let first = try cached.client.get("/v1/products")
        for _ in 0..<3 { #expect(try cached.client.get("/v1/products").body == first.body) }
        // Another spelling of the target is another cache entry with the same answer.
        #expect(try cached.client.get("/v1/products?sort=newest").body == first.body)
        #expect(try cached.client.get("/v1/products?limit=20").body == first.body)
    }
}
