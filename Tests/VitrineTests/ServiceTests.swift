import Foundation
import Glibc
import Testing

/// The process: how it starts, what it refuses, how it ends.
@Suite struct ServiceTests {
    /// Starts a server that must refuse, and gives the one line that says why.
    private func refusal(_ arguments: [String], _ data: DataDirectory) throws -> String {
        let server = try ServerProcess.launch(arguments, in: data)
        let exit = try server.waitForExit()
        guard case .code(let code) = exit, code != 0 else {
            Issue.record("\(arguments) ended with \(exit)")
            return ""
        }
        #expect(!server.errors.contains("listening"), "\(server.errors)")
        #expect(!server.errors.contains("Fatal error"), "\(server.errors)")
        return server.errors
    }

    private func arguments(_ data: DataDirectory, _ more: String...) -> [String] {
        ["--data", data.path, "--listen", "127.0.0.1:0"] + more
    }

    @Test func aSecondWriterIsRefused() throws {
        let market = try Market()
        let line = try refusal(arguments(market.data), market.data)
        #expect(line.contains(market.data.path), "\(line)")
        #expect(line.split(separator: "\n").count == 1, "\(line)")
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1])
    }

    @Test func aPortInUseIsRefusedWithAHint() throws {
        let market = try Market()
        let other = try DataDirectory()
        let line = try refusal(["--data", other.path, "--listen", "127.0.0.1:\(market.server.port)"], other)
        #expect(line.contains("--listen"), "\(line)")
        #expect(line.contains("\(market.server.port)"), "\(line)")
    }

    @Test func anAddressThatOthersReachNeedsPermission() throws {
        let data = try DataDirectory()
        let line = try refusal(["--data", data.path, "--listen", "0.0.0.0:0"], data)
        #expect(line.contains("--allow-anonymous"), "\(line)")
    }

    @Test func anotherCurrencyIsRefused() throws {
        let market = try Market()
        #expect(try market.server.end() == .code(0))
        let line = try refusal(arguments(market.data, "--currency", "EUR"), market.data)
        #expect(line.contains("GBP") && line.contains("EUR"), "\(line)")
        _ = try ServerProcess.start(market.data, ["--currency", "GBP"])
        _ = try ServerProcess.start(try DataDirectory(), ["--currency", "EUR"])
    }

    @Test func badOptionsAreRefused() throws {
        let data = try DataDirectory()
        let bad = [
            ["--nonsense"], ["--loops", "none"], ["--loops", "0"], ["--cache-bytes", "lots"], ["--listen", "nowhere"],
            ["--listen", "127.0.0.1:70000"], ["--currency", "pounds"], ["surplus"],
            ["--config", data.root + "/missing.toml"], ["--config", try data.file("bad.toml", "= nonsense")],
            ["--config", try data.file("unknown.toml", "colour = \"red\"")],
        ]
        for options in bad {
            let line = try refusal(["--data", data.path] + options, data)
            #expect(!line.isEmpty, "\(options)")
        }
        #expect(!FileManager.default.fileExists(atPath: data.path), "a refused start made something")
    }

    @Test func configurationIsCheckedAndVersionsAreTold() throws {
        let data = try DataDirectory()
        let file = try data.file("vitrine.toml", "loops = 1\ncache-bytes = \"1MiB\"\naccept-imports = true\n")
        for options in [["--version"], ["--help"], ["--check-config", "--config", file]] {
            let server = try ServerProcess.launch(options, in: data)
            #expect(try server.waitForExit() == .code(0), "\(options): \(server.errors)")
            #expect(!server.output.isEmpty, "\(options)")
        }
        let server = try ServerProcess.start(data, ["--config", file])
        let answer = try server.connect().command(
            "RegisterUser", ["name": "A", "role": "seller", "occurredAt": "2020-01-01T00:00:00Z"])
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func endingIsCleanAndLosesNothing(signal: Int32) throws {
        let market = try Market(["--loops", "2"])
        let idle = try market.server.connect()
        #expect(try idle.get("/livez").status == 200)
        let last = try market.accept("AdjustStock", ["productId": "lamp", "delta": 5])
        let began = Date()
        #expect(try market.server.end(with: signal) == .code(0), "\(market.server.errors)")
        #expect(Date().timeIntervalSince(began) < 5, "idle connections were waited for")
        #expect(idle.isClosedByServer())
        let server = try ServerProcess.start(market.data)
        #expect(try server.connect().events().count == 5)
        let lamp = try server.connect().get("/v1/products/lamp", after: last.token)
        #expect(lamp.json["available"] == 15)
    }

    /// Answers that clients got while the server was ended are all in the log.
    @Test func endingUnderLoadKeepsWhatWasAnswered() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let answered = Counter()
        concurrently(5) { thread in
            guard thread < 4 else {
                usleep(150_000)
                server.send(SIGTERM)
                return
            }
            do {
                let client = try server.connect()
                while try client.command("AdjustStock", ["productId": "lamp", "delta": 1]).status == 200 {
                    answered.increment()
                }
            } catch is Client.Failure {}  // The server closed the connection between two requests.
        }
        #expect(try server.waitForExit() == .code(0), "\(server.errors)")
        let again = try ServerProcess.start(market.data)
        let lamp = try again.connect().get("/v1/products/lamp").json
        #expect(answered.value > 0)
        #expect(lamp["available"].integer ?? 0 >= 10 + answered.value)
    }

    /// Queries that are not the loop's to answer are answered before the process ends.
    @Test func endingAnswersWhatTheWorkerIsAt() throws {
        let market = try Market(["--loops", "1", "--accept-imports"])
        // A report of a part of a day reads each line of its orders: these are too many for a loop, not for the worker.
        let lines = Array(repeating: ("lamp", 1), count: 1_000)
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 2_000])
        var token: String?
        for order in 1...2 {
            let body = Market.order("o-\(order)", lines).with(["occurredAt": "2020-01-01T12:00:00Z"])
            token = try market.accept("CreateOrder", body).token
        }
        let queries = 10
        let clients = try (0..<queries).map { _ in try market.server.connect() }
        func metric(_ name: String) throws -> Int {
            let text = try market.client.get("/metrics").text
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("vitrine_\(name) ") })
            return try #require(Int(line.split(separator: " ")[1]))
        }
        _ = try market.client.get("/v1/products/lamp", after: token)
        for (number, client) in clients.enumerated() {
            // Each from another moment, so that no two share an answer.
            try client.send(
                Client.request("GET", "/v1/reports/sales?by=category&from=2020-01-01T00:00:00.\(100 + number)Z"))
        }
        let deadline = Date(timeIntervalSinceNow: 20)
        while try metric("worker_queries_total") < queries { try #require(Date() < deadline, "no worker is asked") }
        #expect(try metric("worker_queue_depth") > 0, "the worker was done before the process was ended")
        market.server.send(SIGTERM)
        for client in clients {
            let answer = try client.receive()
            #expect(answer.status == 200)
            #expect(answer.json["items"][0]["units"] == 2_000, "\(answer.text)")
        }
        #expect(try market.server.waitForExit() == .code(0), "\(market.server.errors)")
    }

    @Test func emptyDirectoriesAreMadeAndServed() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data)
        let client = try server.connect()
        #expect(try client.get("/v1/products").json == ["items": [], "nextCursor": nil])
        #expect(try client.get("/v1/orders").json == ["items": [], "nextCursor": nil])
        #expect(try client.get("/v1/events").body.isEmpty)
        #expect(try client.get("/readyz").status == 200)
    }
}
