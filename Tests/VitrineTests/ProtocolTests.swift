import Testing

/// HTTP/1.1 itself: what is refused, how, and what happens to the connection.
@Suite struct ProtocolTests {
    @Test func otherMethodsAreToldWhichAreAllowed() throws {
        let market = try Market()
        let cases: [(String, String, Set<String>)] = [
            ("POST", "/v1/products", ["GET", "HEAD"]), ("DELETE", "/v1/products/lamp", ["GET", "HEAD"]),
            ("PUT", "/v1/users/ann", ["GET", "HEAD"]), ("PATCH", "/v1/orders/x", ["GET", "HEAD"]),
            ("POST", "/v1/events", ["GET", "HEAD"]), ("GET", "/v1/commands/AddProduct", ["POST"]),
            ("HEAD", "/v1/commands/AddProduct", ["POST"]), ("POST", "/livez", ["GET", "HEAD"]),
        ]
        for (method, target, allowed) in cases {
            let client = try market.server.connect()
            let answer = try client.exchange(method, target, body: method == "HEAD" || method == "GET" ? nil : [])
            #expect(answer.status == 405, "\(method) \(target)")
            let allow = Set((answer[header: "allow"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
            #expect(allow.isSuperset(of: allowed) && !allow.contains(method), "\(method) \(target): \(allow)")
            if method != "HEAD" { expectProblem(answer, 405) }
        }
    }

    @Test func requestsRefusedBeforeRoutingAreAnsweredOnceAndClosed() throws {
        let market = try Market()
        let host = "Host: x\r\n"
        let refused = [
            "GET /livez HTTP/1.1\nHost: x\n\n": 400, "GET /livez HTTP/1.1\r\n\r\n": 400,
            "GET /livez HTTP/1.1\r\n\(host)\(host)\r\n": 400, "GET /livez HTTP/1.1\r\n\(host)a: b\r\n c\r\n\r\n": 400,
            "GET /livez HTTP/1.1\r\n\(host): b\r\n\r\n": 400, "GET /livez HTTP/1.1\r\n\(host)a : b\r\n\r\n": 400,
            "GET /livez HTTP/1.1\r\n\(host)a: \u{1}\r\n\r\n": 400, "GET /livez HTTP/2.0\r\n\(host)\r\n": 505,
            "POST /v1/commands/X HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 1\r\n\r\nx": 400,
            "POST /v1/commands/X HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\nx": 400,
            "POST /v1/commands/X HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":
                400,
            "POST /v1/commands/X HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n": 400,
            "POST /v1/commands/X HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
            "POST /v1/commands/X HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\nzz\r\n": 400,
            "GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\n\(host)\r\n": 414,
            "GET /livez HTTP/1.1\r\n\(host)\(String(repeating: "a: b\r\n", count: 101))\r\n": 431,
            "GET /livez HTTP/1.1\r\n\(host)a: \(String(repeating: "b", count: 66_000))\r\n\r\n": 431,
            "POST /v1/commands/AddProduct HTTP/1.1\r\n\(host)Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n":
                413,
        ]
        for (text, status) in refused {
            let client = try market.server.connect()
            try client.send(Array(text.utf8))
            expectProblem(try client.receive(), status)
            #expect(client.isClosedByServer(), "\(text.prefix(60))")
        }
        #expect(try market.client.get("/livez").status == 200)
    }

    @Test func aTargetThatIsNotEncodedIsToldHow() throws {
        let market = try Market()
        try market.client.send(Array("GET /v1/products?category=caf\u{E9} HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        let answer = try market.client.receive()
        expectProblem(answer, 400, "bad-request")
        #expect(answer.text.contains("percent-encode"), "\(answer.text)")
    }

    @Test func theServerSaysWhichMethodsThereAre() throws {
        let market = try Market()
        let answer = try market.client.exchange("OPTIONS", "*")
        #expect(answer.status == 204 && answer[header: "allow"] == "GET, HEAD, POST")
        #expect(answer.token != nil)
    }

    @Test func optionsOfAPathAreWhatItTakes() throws {
        let market = try Market()
        let cases: [(String, String?)] = [
            ("/v1/products", "GET, HEAD"), ("/v1/products/none?x=y", "GET, HEAD"),
            ("/v1/events", "GET, HEAD"), ("/livez", "GET, HEAD"), ("/v1/commands", "POST"),
            ("/v1/commands/AddProduct", "POST"), ("/v1/commands/None", nil), ("/v2", nil), ("/", nil),
        ]
        for (target, allow) in cases {
            let answer = try market.client.exchange("OPTIONS", target)
            if let allow {
                #expect(answer.status == 204 && answer[header: "allow"] == allow, "\(target): \(answer)")
                #expect(answer.token != nil && answer.body.isEmpty)
            } else {
                expectProblem(answer, 404)
            }
        }
        expectProblem(try market.client.exchange("OPTIONS", "/v1/%"), 400)
    }

    /// Who asks first is not let send a body for nothing.
    @Test func aRefusalIsSentBeforeTheBodyIsAskedFor() throws {
        let market = try Market()
        let foreign = "Consistency-Token: \(String(repeating: "a", count: 16))-0000000000000004\r\n"
        let json = "Content-Type: application/json\r\n"
        let lines = "Content-Type: application/x-ndjson\r\n"
        let cases: [(String, String, Int)] = [
            ("POST /v1/nothing", json, 404), ("POST /v1/commands/None", json, 404), ("POST /v1/%zz", json, 400),
            ("POST /v1/products", json, 405), ("PUT /v1/commands/AdjustStock", json, 405),
            ("PUT /v1/commands", lines, 405),
            ("POST /v1/commands/AdjustStock", "Content-Type: text/plain\r\n", 415),
            ("POST /v1/commands/AdjustStock", "", 415), ("POST /v1/commands", json, 415),
            ("POST /v1/commands/AdjustStock", json + "Content-Encoding: gzip\r\n", 415),
            ("POST /v1/commands/AdjustStock", json + "Content-Encoding: Identity\r\nContent-Encoding: gzip\r\n", 415),
            ("POST /v1/commands/AdjustStock", json + "Content-Type: text/plain\r\n", 415),
            ("POST /v1/commands/AdjustStock", "Content-Type: application/json x\r\n", 415),
            ("POST /v1/commands/AdjustStock?a=b", json, 400), ("POST /v1/commands?a=b", lines, 400),
            ("POST /v1/commands/AdjustStock", json + "Idempotency-Key: a b\r\n", 400),
            ("POST /v1/commands/AdjustStock", json + "Consistency-Token: x\r\n", 400),
            ("POST /v1/commands/AdjustStock", json + foreign, 409), ("GET /v1/products?sort=x", "", 400),
            ("OPTIONS /v1/products", "", 204),
            ("POST /v1/commands/AdjustStock", json + "Expect: 100-continue\r\n", 417),
        ]
        for (line, fields, status) in cases {
            for length in ["Content-Length: 30", "Transfer-Encoding: chunked"] {
                let client = try market.server.connect()
                try client.send(
                    Array("\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\(length)\r\nExpect: 100-continue\r\n\r\n".utf8))
                let head = try client.receiveHead()
                #expect(head.status == status && head[header: "connection"] == "close", "\(line) \(fields): \(head)")
                #expect((head[header: "allow"] != nil) == (status == 405 || status == 204))
            }
        }
        for fields in ["Content-Length: 1048577\r\nExpect: 100-continue", "Content-Length: 1\r\nExpect: 200-ok"] {
            let client = try market.server.connect()
            try client.send(Array("POST /v1/commands/AdjustStock HTTP/1.1\r\nHost: a\r\n\(json)\(fields)\r\n\r\n".utf8))
            #expect([413, 417].contains(try client.receiveHead().status))
        }
        // What may be right is asked for.
        let body = Array("{\"productId\":\"lamp\",\"delta\":1}".utf8)
        let fields = "\(json)Content-Length: \(body.count)\r\nExpect: 100-continue\r\n\r\n"
        try market.client.send(Array("POST /v1/%63ommands/AdjustStock HTTP/1.1\r\nHost: a\r\n\(fields)".utf8))
        #expect(try market.client.receiveHead().status == 100)
        try market.client.send(body)
        #expect(try market.client.receive().json["events"] == ["StockAdjusted"])
    }

    @Test func linesOfCommandsAreTakenAtAnEscapedPath() throws {
        let market = try Market()
        let line = "{\"command\":\"AdjustStock\",\"data\":{\"productId\":\"lamp\",\"delta\":1}}\n"
        // Longer than a body that is read as a whole may be.
        let body = Array(String(repeating: line, count: 20_000).utf8)
        let answer = try market.client.exchange(
            "POST", "/v1/%63ommands", ["Content-Type": "application/x-ndjson", "Prefer": "return=minimal"], body: body)
        #expect(answer.json["accepted"] == 20_000, "\(answer.status) \(answer.text.suffix(200))")
    }

    @Test func aTargetOfSixteenKibibytesIsStillRead() throws {
        let market = try Market()
        let target = "/v1/products?category=" + String(repeating: "a", count: 16_000)
        #expect(try market.client.get(target).status != 414)
    }

    @Test func bodiesOverAMebibyteAreTooLarge() throws {
        let market = try Market()
        let client = try market.server.connect()
        let big = "{\"name\":\"" + String(repeating: "a", count: (1 << 20) + 1) + "\"}"
        do {
            expectProblem(try client.command("RegisterUser", text: big), 413)
        } catch Client.Failure.send {
            // The server may close before all of it was sent; the answer was not read then.
        }
        #expect(try market.client.get("/livez").status == 200)
        expectProblem(
            try market.client.command(
                "RegisterUser",
                text: "{\"name\":\"" + String(repeating: "a", count: 1_000_000) + "\",\"role\":\"seller\"}"), 422)
    }

    @Test func commandsMustBeJSON() throws {
        let market = try Market()
        let body = Array("{\"name\":\"A\",\"role\":\"seller\"}".utf8)
        for type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonp"] {
            let answer = try market.client.exchange(
                "POST", "/v1/commands/RegisterUser", ["Content-Type": type], body: body)
            expectProblem(answer, 415)
        }
        for type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
            let answer = try market.client.exchange(
                "POST", "/v1/commands/RegisterUser", ["Content-Type": type], body: body)
            #expect(answer.status == 200, "\(type): \(answer.text)")
        }
    }

    @Test func pipelinedRequestsAreAnsweredInTurn() throws {
        let market = try Market(["--loops", "2"])
        for price in 1...30 {
            let change: JSON = ["productId": "lamp", "price": gbp(price)]
            let requests =
                Client.request("GET", "/v1/products/lamp")
                + Client.request(
                    "POST", "/v1/commands/ChangePrice", ["Content-Type": "application/json"],
                    body: Array(change.text.utf8)) + Client.request("GET", "/v1/products/none")
                + Client.request("HEAD", "/livez") + Client.request("GET", "/v1/users/ann")
            try market.client.send(requests)
            #expect(try market.client.receive().json["productId"] == "lamp")
            #expect(try market.client.receive().json["events"] == ["PriceChanged"])
            #expect(try market.client.receive().status == 404)
            #expect(try market.client.receive(hasBody: false).status == 200)
            #expect(try market.client.receive().json["userId"] == "ann")
        }
    }

    @Test func chunkedBodiesAndRequestsInPiecesAreRead() throws {
        let market = try Market()
        let head =
            "POST /v1/commands/AdjustStock HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        let body = "14;ext=1\r\n{\"productId\":\"lamp\",\r\nb\r\n\"delta\": 7}\r\n0\r\ntrailer: x\r\n\r\n"
        for byte in (head + body).utf8 { try market.client.send([byte]) }
        let answer = try market.client.receive()
        #expect(answer.json["events"] == ["StockAdjusted"], "\(answer.text)")
        #expect(try market.client.get("/v1/products/lamp", after: answer.token).json["available"] == 17)
    }

    @Test func closeAndHTTP10AreHonoured() throws {
        let market = try Market()
        let client = try market.server.connect()
        #expect(try client.get("/livez", ["Connection": "close"]).status == 200)
        #expect(client.isClosedByServer())
        let old = try market.server.connect()
        try old.send(Array("GET /livez HTTP/1.0\r\nHost: x\r\n\r\n".utf8))
        #expect(try old.receive().status == 200)
        #expect(old.isClosedByServer())
        for (version, options, isClosed) in [
            ("1.1", "close\t", true), ("1.1", "x, close\t", true), ("1.0", "keep-alive, close", true),
            ("1.0", "keep-alive\t", false), ("1.1", "x", false),
        ] {
            let client = try market.server.connect()
            try client.send(Array("GET /livez HTTP/\(version)\r\nHost: x\r\nConnection: \(options)\r\n\r\n".utf8))
            #expect((try client.receive()[header: "connection"] == "close") == isClosed, "\(version) \(options)")
            if isClosed { #expect(client.isClosedByServer()) } else { #expect(try client.get("/livez").status == 200) }
        }
    }

    @Test func healthAndMetricsAnswer() throws {
        let market = try Market()
        for target in ["/livez", "/readyz", "/readyz?verbose"] {
            let answer = try market.client.get(target)
            #expect(answer.status == 200, "\(target)")
        }
        let metrics = try market.client.get("/metrics")
        #expect(metrics.status == 200)
        #expect(metrics[header: "content-type"]?.hasPrefix("text/plain") == true)
        for line in metrics.text.split(separator: "\n") where !line.hasPrefix("#") {
            let value = line.split(separator: " ").last.flatMap { Double($0) }
            #expect(value != nil, "\(line)")
        }
        #expect(metrics.text.contains("vitrine_"))
    }
}
