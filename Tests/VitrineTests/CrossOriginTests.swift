import Testing

/// What pages of other origins may do (CORS), as their browsers are told.
@Suite struct CrossOriginTests {
    private static let shop = "https://shop.example"
    private let exposed: Set<String> = ["consistency-token", "etag", "retry-after", "idempotent-replayed"]
    private let preflight = [
        "Origin": shop, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    ]

    private func names(_ list: String?) -> Set<String> {
        Set((list ?? "").lowercased().split(separator: ",").map { $0.filter { $0 != " " } })
    }

    private func expectAllowed(_ answer: Answer, _ what: String) {
        #expect(answer[header: "access-control-allow-origin"] == Self.shop, "\(what)")
        #expect(names(answer[header: "access-control-expose-headers"]) == exposed, "\(what)")
        #expect(names(answer[header: "vary"]).contains("origin"), "\(what)")
    }

    private func expectSilent(_ answer: Answer, _ what: String) {
        #expect(answer.headers.keys.filter { $0.hasPrefix("access-control") } == [], "\(what)")
    }

    @Test func withoutTheOptionNothingIsSaid() throws {
        let market = try Market()
        for target in ["/v1/products", "/v1/products", "/v1/products/none", "/livez"] {
            let answer = try market.client.get(target, ["Origin": Self.shop])
            expectSilent(answer, target)
            #expect(!names(answer[header: "vary"]).contains("origin"))
        }
        let answer = try market.client.exchange("OPTIONS", "/v1/commands/AdjustStock", preflight)
        // What the path takes is no secret, but no permission.
        #expect(answer.status == 204 && answer[header: "allow"] == "POST")
        expectSilent(answer, "OPTIONS")
    }

    @Test func everyAnswerToAnAllowedOriginMayBeRead() throws {
        let market = try Market(["--cors-origin", "http://127.0.0.1:3000", "--cors-origin", Self.shop])
        let origin = ["Origin": Self.shop]
        // The second answer to a target comes from the cache.
        for target in ["/v1/products", "/v1/products", "/v1/users/ann", "/v1/events", "/livez", "/metrics"] {
            let answer = try market.client.get(target, origin)
            #expect(answer.status == 200, "\(target)")
            expectAllowed(answer, target)
        }
        #expect(
            names(try market.client.get("/v1/products", origin)[header: "vary"]) == ["origin", "consistency-token"])
        for (target, status) in [("/v1/products/none", 404), ("/v1/nothing", 404), ("/v1/products?limit=0", 400)] {
            let answer = try market.client.get(target, origin)
            expectProblem(answer, status)
            expectAllowed(answer, target)
        }
        let etag = try #require(try market.client.get("/v1/products")[header: "etag"])
        let known = try market.client.get("/v1/products", ["Origin": Self.shop, "If-None-Match": etag])
        #expect(known.status == 304)
        expectAllowed(known, "304")
        for delta in [1, -1_000] {
            let answer = try market.client.command(
                "AdjustStock", ["productId": "lamp", "delta": .integer(delta)], origin)
            #expect(answer.status == (delta == 1 ? 200 : 409))
            expectAllowed(answer, "AdjustStock \(delta)")
        }
    }

    @Test func anAnswerThatWaitedIsStillItsOrigins() throws {
        let market = try Market(["--cors-origin", Self.shop])
        let token = try #require(try market.accept("AdjustStock", ["productId": "lamp", "delta": 1]).token)
        let waited = try market.client.get("/v1/products", ["Origin": Self.shop, "Consistency-Token": token])
        expectAllowed(waited, "with a token")
        let other = try market.client.get("/v1/products", ["Origin": "https://evil.example"])
        expectSilent(other, "the next request on the connection")
        #expect(names(other[header: "vary"]).contains("origin"))
    }

    @Test func aBodyRefusedBeforeRoutingMayBeReadToo() throws {
        let market = try Market(["--cors-origin", Self.shop])
        let client = try market.server.connect()
        let head = "POST /v1/commands/X HTTP/1.1\r\nHost: x\r\nOrigin: \(Self.shop)\r\nContent-Length: 1048577\r\n\r\n"
        try client.send(Array(head.utf8))
        let answer = try client.receive()
        expectProblem(answer, 413)
        expectAllowed(answer, "413")
    }

    @Test func otherOriginsAreToldNothing() throws {
        let market = try Market(["--cors-origin", Self.shop])
        for origin in ["https://evil.example", "https://shop.example.evil", "http://shop.example", "null"] {
            let answer = try market.client.get("/v1/products", ["Origin": origin])
            #expect(answer.status == 200)
            expectSilent(answer, origin)
            #expect(names(answer[header: "vary"]).contains("origin"), "\(origin)")
            let question = preflight.merging(["Origin": origin]) { $1 }
            let refused = try market.client.exchange("OPTIONS", "/v1/commands/AdjustStock", question)
            #expect(refused.status == 204 && refused[header: "allow"] == "POST")
            expectSilent(refused, origin)
        }
    }

    @Test func preflightsAreAnswered() throws {
        let market = try Market(["--cors-origin", "https://other.example,\(Self.shop)"])
        for target in ["/v1/commands/AdjustStock", "/v1/products?limit=3", "/v1/nothing"] {
            let answer = try market.client.exchange("OPTIONS", target, preflight)
            #expect(answer.status == 204, "\(target)")
            #expect(answer[header: "content-length"] == nil)
            expectAllowed(answer, target)
            #expect(names(answer[header: "access-control-allow-methods"]) == ["get", "head", "post"])
            #expect(
                names(answer[header: "access-control-allow-headers"]) == [
                    "content-type", "consistency-token", "idempotency-key", "if-none-match", "prefer", "last-event-id",
                ])
            #expect(Int(answer[header: "access-control-max-age"] ?? "") ?? 0 > 0)
        }
        // What is no preflight is a question for the path's methods; the connection still speaks in turn.
        let plain = try market.client.exchange("OPTIONS", "/v1/products", ["Origin": Self.shop])
        #expect(plain.status == 204 && plain[header: "allow"] == "GET, HEAD")
        expectAllowed(plain, "OPTIONS")
    }

    @Test func everyOriginMayBeAllowed() throws {
        let market = try Market(["--cors-origin", "*"])
        for headers in [["Origin": Self.shop], ["Origin": "null"], [:]] {
            let answer = try market.client.get("/v1/products", headers)
            #expect(answer[header: "access-control-allow-origin"] == "*")
            #expect(names(answer[header: "access-control-expose-headers"]) == exposed)
            #expect(names(answer[header: "vary"]) == ["consistency-token"])
        }
        #expect(try market.client.exchange("OPTIONS", "/v1/orders", preflight).status == 204)
        let client = try market.server.connect()
        try client.send(Array("GET /livez HTTP/1.1\r\n\r\n".utf8))
        let refused = try client.receive()
        expectProblem(refused, 400)
        #expect(refused[header: "access-control-allow-origin"] == "*")
    }

    @Test func originsComeFromTheFileToo() throws {
        let data = try DataDirectory()
        let file = try data.file("v.toml", "cors-origin = [\"https://other.example\", \"\(Self.shop)\"]\n")
        let server = try ServerProcess.start(data, ["--config", file])
        expectAllowed(try server.connect().get("/livez", ["Origin": Self.shop]), "from TOML")
    }

    @Test func aMalformedOriginIsRefusedAtTheStart() throws {
        for origin in ["shop.example", "https://shop.example/", "https://shop.example,"] {
            let data = try DataDirectory()
            let server = try ServerProcess.launch(["--data", data.path, "--cors-origin", origin], in: data)
            #expect(try server.waitForExit() == .code(1))
            #expect(server.errors.contains("--cors-origin is '\(origin)'"), "\(server.errors)")
            #expect(server.errors.split(separator: "\n").count == 1, "\(server.errors)")
        }
    }
}
