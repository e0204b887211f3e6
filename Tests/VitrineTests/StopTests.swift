import Foundation
import POSIX
import Testing

/// TERM, INT and HUP: nobody who had sent a request goes without its answer.
@Suite struct StopTests {
    /// Asks again as soon as it has its answer, until the server says that it was the last. True if it was asked once more
    /// before, and got no answer.
    private static func isLeftWithoutAnswer(_ client: Client, _ request: () -> [UInt8]) throws -> Bool {
        while true {
            // What the server has ended before is no request of this client.
            if client.hasEnded { return false }
            do {
                try client.send(request())
                if try client.receive()[header: "connection"] == "close" { return false }
            } catch is Client.Failure {
                return true
            }
        }
    }

    @Test(arguments: [1, 2], [SIGTERM, SIGINT])
    func busyClientsGetAnAnswerToEachRequest(loops: Int, signal: Int32) throws {
        let market = try Market(["--loops", "\(loops)"])
        let server = market.server
        let answered = Counter()
        let left = Monitor([Int]())
        concurrently(33) { thread in
            if thread == 32 {
                try awaitTrue("all have been answered") { answered.value == 32 }
                usleep(useconds_t.random(in: 0..<30_000))
                return server.send(signal)
            }
            let client = try server.connect()
            _ = try client.get("/livez")
            answered.increment()
            let requests = [
                Client.request("GET", "/v1/products"), Client.request("GET", "/v1/products/lamp"),
                Client.request(
                    "POST", "/v1/commands/AdjustStock", ["Content-Type": "application/json"],
                    body: Array("{\"productId\":\"lamp\",\"delta\":1}".utf8)),
            ]
            if try Self.isLeftWithoutAnswer(client, { requests.randomElement()! }) {
                left.update { $0.append(thread) }
            }
        }
        #expect(left.withLock { $0 }.isEmpty)
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
    }

    /// Clients come and go while the server ends: whoever was let in is answered.
    @Test func clientsThatAreLetInAreAnswered() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let taken = Counter()
        let left = Counter()
        concurrently(9) { thread in
            if thread == 8 {
                try awaitTrue("200 are answered") { taken.value >= 200 }
                return server.send(SIGTERM)
            }
            while let client = try? server.connect() {
                do {
                    try client.send(Client.request("GET", "/v1/products/lamp"))
                    _ = try client.receive()
                    taken.increment()
                } catch Client.Failure.closed {
                    left.increment()
                } catch {
                    // Reset: it was still to be accepted when the server stopped listening.
                }
            }
        }
        #expect(left.value == 0)
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
    }

    @Test func everyRequestOfAPipelineIsAnswered() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let sent = Counter()
        concurrently(9) { thread in
            if thread == 8 {
                try awaitTrue("all have sent") { sent.value == 8 }
                return server.send(SIGTERM)
            }
            let client = try server.connect()
            _ = try client.get("/livez")
            let change = Client.request(
                "POST", "/v1/commands/AdjustStock", ["Content-Type": "application/json"],
                body: Array("{\"productId\":\"lamp\",\"delta\":1}".utf8))
            // All of it fits into the kernel's buffer of the server.
            try client.send(Array((0..<100).map { _ in change + Client.request("GET", "/v1/products/lamp") }.joined()))
            sent.increment()
            for index in 0..<200 {
                let answer = try client.receive()
                #expect(answer.status == 200, "thread \(thread), answer \(index): \(answer.text)")
            }
        }
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
    }

    @Test func streamsGetEveryEventThatWasAcknowledgedBefore() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let streams = try (0..<20).map { _ in try EventStream(server) }
        let acknowledged = Counter()
        concurrently(7) { thread in
            if thread == 6 {
                try awaitTrue("100 are acknowledged") { acknowledged.value >= 100 }
                return server.send(SIGTERM)
            }
            let client = try server.connect()
            while true {
                let answer = try client.command("AdjustStock", ["productId": "lamp", "delta": 1])
                try #require(answer.status == 200)
                acknowledged.increment()
                if answer[header: "connection"] == "close" { return }
            }
        }
        let end = 4 + acknowledged.value
        for stream in streams {
            #expect(try stream.positions(end) == Array(1...end))
            #expect(try stream.next()?.id == nil)
        }
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
        let again = try ServerProcess.start(market.data)
        #expect(try again.connect().events().count == end)
    }

    @Test func aStreamThatReadsSlowlyGetsAllOfIt() throws {
        let market = try Market()
        let prose: JSON = .string(String(repeating: "long ", count: 2_000))
        for index in 0..<300 {
            try market.accept("AddProduct", Market.product("p\(index)").with(["description": prose]))
        }
        // The kernel holds a part of these three megabytes, and the server's buffer another.
        let stream = try EventStream(market.server, "/v1/events", receiveBytes: 4_096)
        market.server.send(SIGTERM)
        #expect(try stream.positions(304) == Array(1...304))
        #expect(try stream.next()?.id == nil)
        #expect(try market.server.waitForExit() == .code(0), "\(market.server.errors)")
    }

    @Test func aSecondIntStopsAtOnce() throws {
        let market = try Market()
        let unfinished = try market.server.connect()
        try unfinished.send(Array("GET /livez HTTP/1.1\r\nHost: a\r\n".utf8))
        market.server.send(SIGINT)
        try awaitTrue("it stops") { market.server.errors.contains("stopping: running requests get 10 s") }
        market.server.send(SIGINT)
        #expect(try market.server.waitForExit(seconds: 5) == .signal(SIGINT))
    }

    /// Who stops a service may send TERM to the process and to its group.
    @Test func aSecondTermChangesNothing() throws {
        let market = try Market()
        let unfinished = try market.server.connect()
        try unfinished.send(Array("GET /livez HTTP/1.1\r\nHost: a\r\n".utf8))
        for _ in 0..<3 {
            market.server.send(SIGTERM)
            try awaitTrue("it stops") { market.server.errors.contains("stopping: running requests get 10 s") }
        }
        try unfinished.send(Array("\r\n".utf8))
        #expect(try unfinished.receive().status == 200)
        #expect(try market.server.waitForExit() == .code(0))
    }

    /// The head of such an answer went out before and could not say that it is the last.
    @Test func aClientWhoseAnswerHadBegunMayAskOnceMore() throws {
        let market = try Market(["--loops", "1"])
        let client = try market.server.connect()
        let headers = ["Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"]
        try client.send(Client.request("POST", "/v1/commands", headers))
        let line = CommandText.adjust(1) + "\n"
        try client.send(Array((String(line.utf8.count, radix: 16) + "\r\n" + line + "\r\n").utf8))
        let head = try client.receiveHead()
        #expect(head.status == 200 && head[header: "connection"] == nil)
        _ = try client.receiveChunk()
        market.server.send(SIGTERM)
        try awaitTrue("it stops") { market.server.errors.contains("stopping: running requests get 10 s") }
        try client.send(Array("0\r\n\r\n".utf8))
        while try client.receiveChunk() != nil {}
        let last = try client.get("/v1/products")
        #expect(last.status == 200 && last[header: "connection"] == "close")
        #expect(try market.server.waitForExit() == .code(0))
    }

    @Test func aStopBeforeItServesIsAStop() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.launch(["--data", data.path, "--listen", "127.0.0.1:0"], in: data)
        try awaitTrue("it runs") { server.ignores(SIGHUP) || server.errors.contains("listening") }
        server.send(SIGTERM)
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
        #expect(server.errors.contains("stopped"), "\(server.errors)")
    }

    @Test func hangUpsDoNothing() throws {
        let data = try DataDirectory()
        // While it starts, as soon as there is more of it than the loader,
        let server = try ServerProcess.launch(["--data", data.path, "--listen", "localhost:0"], in: data)
        try awaitTrue("it runs") { server.ignores(SIGHUP) || server.errors.contains("listening") }
        while server.poll() == nil, !server.errors.contains("listening") { server.send(SIGHUP) }
        try server.waitUntilListening()
        // while it serves,
        let client = try server.connect()
        for _ in 0..<100 {
            server.send(SIGHUP)
            #expect(try client.get("/livez").status == 200)
        }
        // and while it stops.
        try client.send(Array("GET /livez HTTP/1.1\r\nHost: a\r\n".utf8))
        server.send(SIGTERM)
        while (try? server.connect()) != nil { server.send(SIGHUP) }
        try client.send(Array("\r\n".utf8))
        #expect(try client.receive()[header: "connection"] == "close")
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
    }
}

/// Asks until it is so, for at most 20 s.
private func awaitTrue(_ what: String, _ isSo: () -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 20)
    while !isSo() {
        try #require(Date() < deadline, "never: \(what)")
        usleep(500)
    }
}
