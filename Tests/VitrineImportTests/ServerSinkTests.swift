import Marketplace
import Testing

@testable import vitrine_import

@Suite struct ServerSinkTests {
    @Test func commandsAreSentAsTheContractSays() throws {
        let server = try ScriptedServer { _, _ in .accepted }
        defer { server.stop() }
        let outcomes = try send(1, to: server)
        #expect(outcomes.accepted == 1)
        let request = try #require(server.requests.first)
        #expect(request.head[0] == "POST /v1/commands/AddProduct HTTP/1.1")
        #expect(request.header("Host") == "127.0.0.1:\(server.port)")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("Idempotency-Key") == "test/0")
        #expect(request.body == #"{"n":0}"#)
    }

    @Test func outcomesAreToldApart() throws {
        let server = try ScriptedServer { _, request in
            switch request.header("Idempotency-Key") {
            case "test/1": .send(status: 200, headers: ["Idempotent-Replayed: true"], body: #"{"events":["X"]}"#)
            case "test/2": .send(status: 200, body: #"{"position":9,"id":"x","events":[]}"#)
            case "test/3":
                .send(
                    status: 409, headers: ["Connection: close"],
                    body: #"{"type":"urn:vitrine:problem:duplicate-sku","status":409,"detail":"taken"}"#)
            case "test/4":
                .send(
                    status: 422,
                    body:
                        ##"{"type":"urn:vitrine:problem:bounds","detail":"bad","errors":[{"pointer":"#/n","detail":"low"}]}"##
                )
            default: .accepted
            }
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
        let server = try ScriptedServer { _, _ in .accepted }
        defer { server.stop() }
        let sink = try sink(to: server, connections: 8)
        for index in 0..<200 { try sink.submit(command(index)) }
        try sink.finishBatch()
        #expect(server.requests.count == 200)
        #expect(sink.outcomes.accepted == 200)
        try sink.submit(command(200))
        try sink.finishBatch()
        #expect(server.requests.last?.header("Idempotency-Key") == "test/200")
        // One more looked whether somebody is there; every other one was kept alive.
        #expect(server.connectionCount <= 9)
    }

    @Test func busyServersAreAskedAgain() throws {
        let server = try ScriptedServer { number, _ in
            number < 2 ? .send(status: number == 0 ? 503 : 429, headers: ["Retry-After: 0"], body: "{}") : .accepted
        }
        defer { server.stop() }
        let outcomes = try send(1, to: server)
        #expect(outcomes.accepted == 1 && outcomes.sent == 1)
        #expect(server.requests.map { $0.header("Idempotency-Key") } == ["test/0", "test/0", "test/0"])
    }

    @Test func brokenConnectionsAreMadeAnew() throws {
        let server = try ScriptedServer { number, _ in
            switch number {
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
        let server = try ScriptedServer { _, _ in .send(status: status, body: body) }
        defer { server.stop() }
        #expect {
            try send(500, to: server)
        } throws: {
            "\($0)".hasPrefix("--server \(server.url)") && "\($0)".contains(hint)
        }
        #expect(server.requests.count < 200)
    }

    @Test func serversThatAreNotThereAreNamed() throws {
        let server = try ScriptedServer { _, _ in .accepted }
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
        let server = try ScriptedServer { _, _ in
            .send(
                status: 422,
                body:
                    ##"{"type":"urn:vitrine:problem:invalid","errors":[{"pointer":"#/productId","detail":"Missing."},"##
                    + ##"{"pointer":"#/price/currency","detail":"Expected \"EUR\"."}]}"##)
        }
        defer { server.stop() }
        #expect(try ServerCurrency.learn(from: ServerAddress(server.url)) == Currency("EUR"))
        let request = try #require(server.requests.first)
        #expect(request.path == "/v1/commands/ChangePrice" && request.header("Idempotency-Key") == nil)
        #expect(request.body == #"{"price":{"amount":1,"currency":"XXX"}}"#)
    }

    @Test func serversThatSayNoCurrencyAreNamed() throws {
        let server = try ScriptedServer { _, _ in .send(status: 404, body: "{}") }
        defer { server.stop() }
        #expect {
            try ServerCurrency.learn(from: ServerAddress(server.url))
        } throws: {
            "\($0)".hasPrefix("--server \(server.url) does not say what it trades in (it answers 404)")
        }
    }

    @Test func taggedVerdictsAreHandedOverInsteadOfCounted() throws {
        let server = try ScriptedServer { _, request in
            guard request.body == #"{"n":1}"# else { return .accepted }
            return .send(
                status: 409,
                body: #"{"type":"urn:vitrine:problem:insufficient-stock","detail":"few","productId":"p","available":3}"#
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
                    tag: 1, verdict: .rejected(.init(reason: "insufficient-stock", detail: "few", available: 3))),
            ])
        #expect(sink.takeVerdicts().isEmpty)
        #expect(server.requests.allSatisfy { $0.header("Idempotency-Key") == nil })
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
