import Marketplace
import Testing

@testable import vitrine_import

@Suite struct ServerSinkTests {
    @Test func commandsAreSentAsTheContractSays() throws {
        let server = try ScriptedServer { _ in .accepted }
        defer { server.stop() }
        let outcomes = try send(1, to: server)
        #expect(outcomes.accepted == 1)
        let request = try #require(server.requests.first)
        #expect(request.head[0] == "POST /v1/commands HTTP/1.1")
        #expect(request.header("Host") == "127.0.0.1:\(server.port)")
        #expect(request.header("Content-Type") == "application/x-ndjson")
        #expect(request.lines == [#"{"command":"AddProduct","idempotencyKey":"test/0","data":{"n":0}}"#])
    }

    @Test func outcomesAreToldApart() throws {
        let server = try ScriptedServer { line in
            if line.has(key: "test/1") { return .line(status: 200, #""events":["X"],"replayed":true"#) }
            if line.has(key: "test/2") { return .line(status: 200, #""position":9,"id":"x","events":[]"#) }
            if line.has(key: "test/3") {
                return .line(
                    status: 409, #""error":{"type":"urn:vitrine:problem:duplicate-sku","status":409,"detail":"taken"}"#)
            }
            if line.has(key: "test/4") {
                return .line(
                    status: 422,
                    ##""error":{"type":"urn:vitrine:problem:bounds","detail":"bad","errors":[{"pointer":"#/n","detail":"low"}]}"##
                )
            }
            return .accepted
        }
        defer { server.stop() }
        let outcomes = try send(20, to: server)
        #expect(outcomes.accepted == 16 && outcomes.replayed == 1 && outcomes.unchanged == 1)
        #expect(outcomes.rejectedByReason == ["duplicate-sku": 1, "bounds": 1])
        #expect(
            outcomes.firstRejections.sorted() == [
                "AddProduct test/3: duplicate-sku: taken", "AddProduct test/4: bounds: bad (#/n: low)",
            ])
    }

    @Test func aPhaseIsCompleteBeforeTheNext() throws {
        let server = try ScriptedServer { _ in .accepted }
        defer { server.stop() }
        let sink = try sink(to: server, connections: 8)
        for index in 0..<200 { try sink.submit(command(index)) }
        try sink.finishBatch()
        #expect(server.lines.count == 200)
        #expect(sink.outcomes.accepted == 200)
        // Lines share requests.
        #expect(server.requests.count < 100)
        try sink.submit(command(200))
        try sink.finishBatch()
        #expect(server.lines.last?.has(key: "test/200") == true)
        // One more looked whether somebody is there; every other one was kept alive.
        #expect(server.connectionCount <= 9)
    }

    @Test func commandsAboutAThingKeepTheirOrder() throws {
        let things = 10
        let server = try ScriptedServer { _ in .accepted }
        defer { server.stop() }
        let sink = try sink(to: server, connections: 8)
        for index in 0..<4_000 {
            // Some are about nothing in particular.
            let thing = index % (things + 1)
            let command = make("AdjustStock", "\(thing)/\(index)", thing: thing < things ? thing : nil) {
                $0.field("n", Int64(index))
            }
            try sink.submit(command)
        }
        try sink.finishBatch()
        #expect(sink.outcomes.accepted == 4_000)
        for thing in 0..<things {
            let numbers = server.lines.compactMap { line in
                line.text.firstMatch(of: /"idempotencyKey":"(\d+)\/(\d+)"/).flatMap { match in
                    Int(match.1) == thing ? Int(match.2) : nil
                }
            }
            #expect(numbers.count >= 4_000 / (things + 1) && numbers == numbers.sorted(), "\(thing)")
        }
    }

    @Test func busyServersAreAskedAgain() throws {
        let server = try ScriptedServer { line in
            line.number < 2
                ? .send(status: line.number == 0 ? 503 : 429, headers: ["Retry-After: 0"], body: "{}") : .accepted
        }
        defer { server.stop() }
        let outcomes = try send(1, to: server)
        #expect(outcomes.accepted == 1 && outcomes.sent == 1)
        #expect(server.lines.map { $0.has(key: "test/0") } == [true, true, true])
    }

    @Test func brokenConnectionsAreMadeAnew() throws {
        let server = try ScriptedServer { line in
            switch line.number {
            case 0: .hangUp
            case 1: .hangUpAmidst
            default: .accepted
            }
        }
        defer { server.stop() }
        let outcomes = try send(1, to: server)
        #expect(outcomes.accepted == 1 && outcomes.sent == 1)
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [
        (403, #"{"type":"urn:vitrine:problem:imports-off","detail":"no"}"#, "start vitrine with --accept-imports"),
        (507, #"{"type":"urn:vitrine:problem:disk-full","detail":"2 MiB left"}"#, "make room"),
        (404, #"{"type":"urn:vitrine:problem:not-found","detail":"no route"}"#, "with 404"),
        (500, "<html>", "no JSON"),
        (503, "{}", "stays busy (503)"),
    ])
    func hopelessAnswersStopTheImport(status: Int, body: String, hint: String) throws {
        // What concerns one command comes in its line, what concerns the request in its place.
        let isOfLine = status == 403 || status == 507
        let server = try ScriptedServer { _ in
            isOfLine ? .line(status: status, "\"error\":" + body) : .send(status: status, body: body)
        }
        defer { server.stop() }
        #expect {
            try send(500, to: server)
        } throws: {
            "\($0)".hasPrefix("--server \(server.url)") && "\($0)".contains(hint)
        }
        #expect(server.requests.count < 200)
    }

    @Test func serversThatAreNotThereAreNamed() throws {
        let server = try ScriptedServer { _ in .accepted }
        let sink = try sink(to: server)
        server.stop()
        _ = sink
        #expect {
            _ = try ServerSink(
                address: ServerAddress("http://127.0.0.1:1"), currency: Currency("GBP")!, connectionCount: 1)
        } throws: {
            "\($0)".contains("http://127.0.0.1:1 cannot be reached") && "\($0)".contains("Connection refused")
        }
    }

    @Test func theCurrencyIsLearntFromARefusal() throws {
        let server = try ScriptedServer { _ in
            .line(
                status: 422,
                ##""error":{"type":"urn:vitrine:problem:invalid","errors":[{"pointer":"#/data/productId","detail":"Missing."},"##
                    + ##"{"pointer":"#/data/price/currency","detail":"Expected \"EUR\"."}]}"##)
        }
        defer { server.stop() }
        #expect(try ServerCurrency.learn(from: ServerAddress(server.url)) == Currency("EUR"))
        #expect(
            server.requests.first?.lines == [
                #"{"command":"ChangePrice","data":{"price":{"amount":1,"currency":"XXX"}}}"#
            ])
    }

    @Test func serversThatSayNoCurrencyAreNamed() throws {
        let server = try ScriptedServer { _ in .send(status: 404, body: "{}") }
        defer { server.stop() }
        #expect {
            try ServerCurrency.learn(from: ServerAddress(server.url))
        } throws: {
            "\($0)".hasPrefix("--server \(server.url) does not say what it trades in (it answers 404)")
        }
    }

    @Test func taggedVerdictsAreHandedOverInsteadOfCounted() throws {
        let server = try ScriptedServer { line in
            guard line.text.contains(#"{"n":1}"#) else { return .accepted }
            return .line(
                status: 409,
                #""error":{"type":"urn:vitrine:problem:insufficient-stock","detail":"few","productId":"p","available":3}"#
            )
        }
        defer { server.stop() }
        let sink = try sink(to: server)
        for index in 0..<3 {
            try sink.submit(make("AdjustStock", nil, tag: index == 2 ? nil : index) { $0.field("n", Int64(index)) })
        }
        try sink.finishBatch()
        #expect(sink.outcomes.sent == 1)
        #expect(
            sink.takeVerdicts().sorted { $0.tag < $1.tag } == [
                TaggedVerdict(tag: 0, verdict: .accepted),
                TaggedVerdict(
                    tag: 1,
                    verdict: .rejected(.init(reason: "insufficient-stock", detail: "few", available: 3, productId: "p"))
                ),
            ])
        #expect(sink.takeVerdicts().isEmpty)
        #expect(server.lines.count == 3 && server.lines.allSatisfy { !$0.text.contains("idempotencyKey") })
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1:8080"),
            ("http://shop.example/", "shop.example", 80, "shop.example"),
            ("http://[::1]:81", "::1", 81, "[::1]:81"),
        ] as [(String, String, UInt16, String)])
    func addressesAreRead(text: String, host: String, port: UInt16, header: String) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host && address.port == port && address.hostHeader == header)
    }

    @Test(arguments: [
        "", "127.0.0.1:8080", "https://a", "http://", "http://a:0", "http://a:x", "http://a/b", "http://[::1",
        "http://a\r\n",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: ImportError.self) { try ServerAddress(text) }
    }

    private static let patience = ServerSink.Patience(
        giveUpMilliseconds: 400, pauseMilliseconds: 1, pauseMillisecondsMax: 10, busyMilliseconds: 50)

    private func sink(to server: ScriptedServer, connections: Int = 2) throws -> ServerSink {
        try ServerSink(
            address: ServerAddress(server.url), currency: Currency("GBP")!, connectionCount: connections,
            patience: Self.patience)
    }

    @discardableResult
    private func send(_ count: Int, to server: ScriptedServer) throws -> Outcomes {
        let sink = try sink(to: server)
        for index in 0..<count { try sink.submit(command(index)) }
        try sink.finishBatch()
        return sink.outcomes
    }

    private func command(_ index: Int) -> ImportCommand {
        make("AddProduct", "test/\(index)") { $0.field("n", Int64(index)) }
    }
}
