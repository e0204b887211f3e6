import Foundation
import Testing

/// `POST /v1/commands`: a command a line.
@Suite struct CommandLinesTests {
    private func awaitNoStreams(_ client: Client) throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while !(try client.get("/metrics").text.contains("\nvitrine_command_streams 0\n")) {
            try #require(Date() < deadline, "a request that is gone still counts")
        }
    }

    @Test func linesAreAnsweredInOrderAndOneRejectedStopsNoOther() throws {
        let market = try Market()
        let lines = [
            CommandText("RegisterUser", ["userId": "bob", "name": "Bob", "role": "customer"]).text,
            "{\"command\":",
            CommandText("AddProduct", Market.product("chair")).text,
            CommandText("BuyEverything", [:]).text,
            CommandText("CreateOrder", Market.order("o-1", customer: "bob", [("chair", 11)])).text,
            "[]",
            "{\"command\":\"AdjustStock\"}",
            "{\"command\":\"AdjustStock\",\"data\":{},\"colour\":1}",
            CommandText("ChangePrice", ["productId": "chair", "price": ["amount": 0, "currency": "GBP"]]).text,
            CommandText("CreateOrder", Market.order("o-1", customer: "bob", [("chair", 10)])).text,
            CommandText("UpdateUser", ["userId": "bob", "name": "Bob"]).text,
            CommandText("AdjustStock", ["productId": "lamp", "delta": 1], key: "two words").text,
        ]
        let result = try market.client.lines(lines)
        #expect(result.head.status == 200)
        #expect(result.head[header: "content-type"] == "application/x-ndjson")
        #expect(result.head[header: "cache-control"] == "no-store")
        #expect(result.head.token != nil)
        #expect(result.numbers == Array(1...lines.count))
        #expect(result.statuses == [200, 400, 200, 404, 409, 400, 422, 400, 422, 200, 200, 400])
        #expect(
            result.answers[0] == ["line": 1, "status": 200, "position": 5, "id": "bob", "events": ["UserRegistered"]])
        #expect(result.answers[9]["position"] == 7)
        #expect(result.answers[10]["events"] == [])
        let problems = [
            1: "malformed", 3: "unknown-command", 4: "insufficient-stock", 6: "invalid", 7: "malformed", 8: "invalid",
            11: "malformed-idempotency-key",
        ]
        for (index, problem) in problems { #expect(result.problem(index) == problem, "\(result.answers[index])") }
        #expect(result.answers[4]["error"]["available"] == 10)
        #expect(result.answers[6]["error"]["errors"][0]["pointer"] == "#/data")
        #expect(result.answers[8]["error"]["errors"][0]["pointer"] == "#/data/price/amount")
        let summary = result.summary
        #expect(summary.names == ["lines", "accepted", "rejected", "position", "consistencyToken"])
        #expect(summary["lines"] == 12 && summary["accepted"] == 4 && summary["rejected"] == 8)
        #expect(summary["position"] == 7)
        // The connection goes on, and the token holds all of it.
        let chair = try market.client.get("/v1/products/chair", after: summary["consistencyToken"].string)
        #expect(chair.json["available"] == 0)
        #expect(try market.client.events().count == 7)
    }

    private static let head = Array(
        "POST /v1/commands HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            .utf8)

    /// What is decided of a body that breaks off is told, and then that the answer is not whole.
    @Test(arguments: ["zz\r\n", "5\r\nabc", nil] as [String?]) func linesBeforeABreakAreAnswered(end: String?) throws {
        let market = try Market()
        let line = CommandText("AdjustStock", ["productId": "lamp", "delta": 1]).text + "\n"
        let chunk = String(line.utf8.count, radix: 16) + "\r\n" + line + "\r\n"
        for _ in 0..<20 {
            let client = try market.server.connect()
            let before = try market.client.events().count
            try client.send(Self.head)
            for _ in 0..<5 { try client.send(Array(chunk.utf8)) }
            if let end { try client.send(Array(end.utf8)) }
            if end != "zz\r\n" { client.endSending() }
            let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
            let told = answer.components(separatedBy: "\"events\":[\"StockAdjusted\"]").count - 1
            #expect(try market.client.events().count - before == told, "\(answer)")
            #expect(told == 5, "\(answer)")
            #expect(!answer.contains("\"lines\":") && !answer.hasSuffix("0\r\n\r\n"), "\(answer)")
        }
        try awaitNoStreams(market.client)
    }

    /// Where accepted lines are left out, the answer to them begins all the same: a status would say to send them again.
    @Test func aBreakBehindAcceptedLinesIsNoRefusal() throws {
        let market = try Market()
        let line = CommandText("AdjustStock", ["productId": "lamp", "delta": 1]).text + "\n"
        let chunk = String(line.utf8.count, radix: 16) + "\r\n" + line + "\r\n"
        let head = String(decoding: Self.head.dropLast(2), as: UTF8.self) + "Prefer: return=minimal\r\n\r\n"
        let client = try market.server.connect()
        let before = try market.client.events().count
        try client.send(Array((head + chunk + chunk + "zz\r\n").utf8))
        let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && !answer.contains("\"lines\":"), "\(answer)")
        #expect(try market.client.events().count == before + 2)
    }

    @Test func aBodyThatIsBadFromTheStartIsRefused() throws {
        let market = try Market()
        let client = try market.server.connect()
        try client.send(Self.head + Array("zz\r\n".utf8))
        expectProblem(try client.receive(), 400, "bad-request")
        #expect(client.isClosedByServer())
        try awaitNoStreams(market.client)
    }

    @Test func aLongBodyOfAnotherTypeIsToldSo() throws {
        let market = try Market()
        try market.client.send(
            Array(
                "POST /v1/commands HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\n\r\n["
                    .utf8))
        expectProblem(try market.client.receive(), 415, "unsupported-media-type")
    }

    @Test func aKeyOfAnotherCommandIsPointedAt() throws {
        let market = try Market()
        let client = market.client
        func line(_ delta: Int) -> String {
            CommandText("AdjustStock", ["productId": "lamp", "delta": .integer(delta)], key: "k").text
        }
        let result = try client.lines([line(1), line(2)])
        #expect(result.statuses == [200, 422])
        #expect(result.answers[1]["error"]["errors"][0]["pointer"] == "#/idempotencyKey")
        let alone = try client.command("AdjustStock", ["productId": "lamp", "delta": 3], key: "k")
        expectProblem(alone, 422, "idempotency-key-reused")
        #expect(alone.faults("header") == ["Idempotency-Key"])
    }

    @Test func minimalLeavesOutTheAccepted() throws {
        let market = try Market()
        let lines = [
            CommandText.adjust(1), CommandText.adjust(-100), CommandText.adjust(2), "x", CommandText.adjust(3),
        ]
        let result = try market.client.lines(lines, ["Prefer": "wait=2, return=minimal"])
        #expect(result.head[header: "preference-applied"] == "return=minimal")
        #expect(result.numbers == [2, 4])
        #expect(result.statuses == [409, 400])
        #expect(result.summary["lines"] == 5 && result.summary["accepted"] == 3 && result.summary["rejected"] == 2)
        #expect(result.summary["position"] == 7)
    }

    @Test func linesSentAgainAreReplayed() throws {
        let market = try Market()
        let single = try market.client.command("AdjustStock", ["productId": "lamp", "delta": 1], key: "k-1")
        #expect(single.status == 200)
        let lines = (1...5).map { CommandText.adjust($0, key: "k-\($0)") }
        let first = try market.client.lines(lines)
        #expect(first.answers.map { $0["replayed"] } == [true] + Array(repeating: .absent, count: 4))
        let again = try market.client.lines(
            lines + [CommandText.adjust(9, key: "k-1"), CommandText.adjust(1, key: "k-1")])
        #expect(again.statuses == [200, 200, 200, 200, 200, 422, 200])
        #expect(again.problem(5) == "idempotency-key-reused")
        for index in 0..<5 {
            #expect(again.answers[index]["replayed"] == true)
            #expect(again.answers[index]["position"] == first.answers[index]["position"])
        }
        #expect(try market.client.events().count == 9)
    }

    @Test func linesRestOnThoseBeforeThem() throws {
        let market = try Market()
        let result = try market.client.lines([
            CommandText("AddProduct", Market.product("last", stock: 1)).text,
            CommandText("CreateOrder", Market.order("o-1", [("last", 1)])).text,
            CommandText("CreateOrder", Market.order("o-2", [("last", 1)])).text,
            CommandText("AdjustStock", ["productId": "last", "delta": 1]).text,
            CommandText("CreateOrder", Market.order("o-2", [("last", 1)])).text,
            CommandText("CreateOrder", Market.order("o-2", [("last", 1)])).text,
        ])
        #expect(result.statuses == [200, 200, 409, 200, 200, 409])
        #expect(result.problem(2) == "insufficient-stock" && result.problem(5) == "duplicate-id")
    }

    @Test func blankLinesAreSkippedButCounted() throws {
        let market = try Market()
        let text = "\r\n" + CommandText.adjust(1) + "\r\n \n\n" + CommandText.adjust(2)
        let result = try market.client.text(text)
        #expect(result.numbers == [2, 5])
        #expect(result.summary["lines"] == 2)
        for empty in ["", "\n\n"] {
            let result = try market.client.text(empty)
            #expect(result.answers.isEmpty)
            #expect(result.summary["lines"] == 0 && result.summary["position"] == 6, "\(result.summary)")
        }
    }

    @Test func aLineThatIsTooLongIsSkipped() throws {
        let market = try Market()
        let long = CommandText.adjust(2) + String(repeating: " ", count: 1 << 20)
        for chunkBytes in [nil, 10_000] {
            let result = try market.client.lines(
                [CommandText.adjust(1), long, CommandText.adjust(3)], chunkBytes: chunkBytes)
            #expect(result.statuses == [200, 413, 200])
            #expect(result.problem(1) == "content-too-large")
        }
        #expect(try market.client.events().count == 8)
    }

    @Test(arguments: [nil, 7_001, 100_000]) func tenThousandLinesAreAnswered(chunkBytes: Int?) throws {
        let market = try Market(["--loops", "2"])
        let count = 10_000
        let lines = (1...count).map { CommandText.adjust($0 % 50 == 0 ? -100_000_000 : 1, key: "key-\($0)") }
        let result = try market.client.lines(lines, chunkBytes: chunkBytes)
        #expect(result.numbers == Array(1...count))
        #expect(result.statuses == (1...count).map { $0 % 50 == 0 ? 409 : 200 })
        let positions = result.answers.compactMap { $0["position"].integer }
        #expect(positions == Array(5..<5 + count - count / 50))
        #expect(result.summary["accepted"] == .integer(count - count / 50))
        #expect(result.summary["rejected"] == .integer(count / 50))
        let lamp = try market.client.get("/v1/products/lamp", after: result.summary["consistencyToken"].string)
        #expect(lamp.json["available"] == .integer(10 + count - count / 50))
    }

    @Test func importFieldsAreForbiddenLineByLine() throws {
        let past: JSON = ["userId": "old", "name": "Old", "role": "customer", "occurredAt": "2011-12-09T12:50:00Z"]
        let lines = [CommandText("RegisterUser", past).text, CommandText.adjust(1)]
        let refused = try Market().lines(lines)
        #expect(refused.statuses == [403, 200])
        #expect(refused.problem(0) == "imports-off")
        #expect(try Market(["--accept-imports"]).lines(lines).statuses == [200, 200])
    }

    @Test func otherRequestsToTheRouteAreRefused() throws {
        let market = try Market()
        let body = Array(CommandText.adjust(1).utf8)
        for type in ["application/json", "text/plain", ""] {
            let answer = try market.client.exchange("POST", "/v1/commands", ["Content-Type": type], body: body)
            expectProblem(answer, 415)
        }
        let get = try market.client.get("/v1/commands")
        expectProblem(get, 405)
        #expect(get[header: "allow"] == "POST")
        let client = try market.server.connect()
        let type = ["Content-Type": "application/x-ndjson"]
        expectProblem(try client.exchange("POST", "/v1/commands?x=1", type, body: body), 400)
        #expect(client.isClosedByServer())
        #expect(try market.client.events().count == 4)
    }

    @Test func aClientThatDoesNotReadItsAnswersIsNotReadFrom() throws {
        let market = try Market()
        let client = try Client(port: market.server.port, receiveBytes: 4_096)
        // 40 MB of lines, each answered with more than it has: far more than kernel and server hold.
        let count = 100_000
        let line = Array(("{\"command\":\"No\",\"data\":{},\"\(String(repeating: "n", count: 370))\":1}\n").utf8)
        let progress = Counter()
        let total = count / 100
        try client.send(
            Client.request(
                "POST", "/v1/commands",
                ["Content-Type": "application/x-ndjson", "Content-Length": "\(count * line.count)"]))
        let sender = client.sending(
            (0..<total).map { _ in Array(repeating: line, count: 100).flatMap { $0 } }, progress)
        // Until it is stopped; then it stays so while others are served.
        var last = -1
        while last != progress.value {
            last = progress.value
            for _ in 0..<50 { #expect(try market.client.get("/livez").status == 200) }
            usleep(500_000)
        }
        #expect(last < total, "all of it was read")
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1])
        // Once it reads, it gets everything.
        let result = try LineAnswers(try client.receive())
        sender.wait()
        #expect(progress.value == total)
        #expect(result.numbers == Array(1...count))
        #expect(result.summary["rejected"] == .integer(count))
    }

    @Test func aClientThatLeavesMidwayLeavesNothingUndone() throws {
        let market = try Market()
        for round in 1...5 {
            let client = try market.server.connect()
            try client.send(
                Client.request(
                    "POST", "/v1/commands", ["Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"]))
            let text = (1...100).map { _ in CommandText.adjust(1) + "\n" }.joined() + CommandText.adjust(1_000)
            try client.send(Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8))
            // The answers to whole lines come while the body is still being sent.
            #expect(try client.receiveHead().status == 200)
            var answers = 0
            while answers < 100 {
                answers += try #require(try client.receiveChunk()).count { $0 == UInt8(ascii: "\n") }
            }
            #expect(try market.client.events().count == 4 + 100 * round)
        }
        try awaitNoStreams(market.client)
        // Nothing of the line that did not arrive whole.
        let lamp = try market.client.get(
            "/v1/products/lamp", after: try market.lines([CommandText.adjust(1)]).summary["consistencyToken"].string)
        #expect(lamp.json["available"] == 511)
        #expect(try market.server.end() == .code(0))
    }

    @Test func manyInBulkAndSingleOnesAreAllAnswered() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let total = Counter()
        concurrently(12) { thread in
            let client = try server.connect()
            if thread < 2 {
                for _ in 0..<100 {
                    #expect(try client.command("AdjustStock", ["productId": "lamp", "delta": 1]).status == 200)
                }
                return
            }
            let result = try client.lines((0..<1_500).map { _ in CommandText.adjust(1) }, ["Prefer": "return=minimal"])
            #expect(result.summary["accepted"] == 1_500, "\(result.summary)")
            total.increment()
        }
        #expect(total.value == 10)
        #expect(try market.client.events().count == 4 + 200 + 15_000)
        try awaitNoStreams(market.client)
    }
}

extension Market {
    fileprivate func lines(_ lines: [String]) throws -> LineAnswers { try client.lines(lines) }
}

extension Client {
    /// Sends portions on a thread of its own, counting those that are out.
    fileprivate func sending(_ portions: [[UInt8]], _ progress: Counter) -> DispatchGroup {
        let group = DispatchGroup()
        // One thread sends while the other receives: they share only the socket.
        nonisolated(unsafe) let client = self
        group.enter()
        Thread.detachNewThread {
            defer { group.leave() }
            do {
                for portion in portions {
                    try client.send(portion)
                    progress.increment()
                }
            } catch {
                Issue.record("sending: \(error)")
            }
        }
        return group
    }
}
