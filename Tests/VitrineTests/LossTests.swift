import Foundation
import Glibc
import Testing

/// Acknowledged events that are gone are never passed over: a start refuses, changes nothing, and says the ways out.
@Suite struct LossTests {
    /// A market whose last batch is `count` changes of stock; stopped cleanly. The token is of its end.
    private func stopped(_ arguments: [String] = [], adjusting count: Int = 0) throws -> (
        data: DataDirectory, token: String
    ) {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data, arguments)
        let client = try server.connect()
        let currency = arguments.last ?? "GBP"
        var token = try #require(
            try client.command("RegisterUser", ["userId": "sam", "name": "Sam", "role": "seller"]).token)
        let lamp = Market.product("lamp").with(["price": ["amount": 5, "currency": .string(currency)]])
        token = try #require(try client.command("AddProduct", lamp).token)
        if count > 0 {
            let answer = try client.lines((0..<count).map { CommandText.adjust(1, key: "k\($0)") })
            token = try #require(answer.summary["consistencyToken"].string)
        }
        _ = try client.get("/v1/products", after: token)
        #expect(try server.end() == .code(0))
        return (data, token)
    }

    private func refusal(_ data: DataDirectory, _ arguments: [String] = []) throws -> String {
        let before = try contents(data)
        let server = try ServerProcess.launch(["--data", data.path, "--listen", "127.0.0.1:0"] + arguments, in: data)
        #expect(try server.waitForExit() == .code(1))
        let after = try contents(data)
        #expect(after == before, "a refusal changes nothing")
        #expect(server.errors.split(separator: "\n").count == 1, "\(server.errors)")
        #expect(server.errors.contains("--accept-loss"), "\(server.errors)")
        return server.errors
    }

    /// Every file below the directory, but LMDB's tables of readers.
    private func contents(_ data: DataDirectory) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: data.path) where !name.hasSuffix("lock.mdb") {
            contents[name] = FileManager.default.contents(atPath: data.path + "/" + name)
        }
        return contents
    }

    @Test(arguments: [true, false]) func aLogThatIsGoneRefuses(isDirectoryThere: Bool) throws {
        let (data, token) = try stopped(["--currency", "EUR"])
        let aside = data.root + "/aside"
        try FileManager.default.moveItem(atPath: data.log, toPath: aside)
        if isDirectoryThere {
            try FileManager.default.createDirectory(atPath: data.log, withIntermediateDirectories: false)
        }
        let said = try refusal(data)
        #expect(said.contains("positions 1 to 2 were acknowledged"), "\(said)")

        // The log is put back: all is as before.
        if isDirectoryThere { try FileManager.default.removeItem(atPath: data.log) }
        try FileManager.default.moveItem(atPath: aside, toPath: data.log)
        let server = try ServerProcess.start(data)
        #expect(try server.connect().get("/v1/products/lamp", after: token).json["price"]["currency"] == "EUR")
        #expect(!server.errors.contains("rebuilding"), "\(server.errors)")
        #expect(try server.end() == .code(0))

        // The loss is accepted, and not asked for again.
        try FileManager.default.removeItem(atPath: data.log)
        #expect(try refusal(data, ["--currency", "EUR"]).contains("positions 1 to 2"))
        let other = try ServerProcess.launch(
            ["--data", data.path, "--listen", "127.0.0.1:0", "--accept-loss", "--currency", "USD"], in: data)
        #expect(try other.waitForExit() == .code(1))
        #expect(other.errors.contains("--currency EUR"), "\(other.errors)")
        let accepted = try ServerProcess.start(data, ["--accept-loss"])
        #expect(accepted.errors.contains("the events that were at positions 1 to 2 are gone"), "\(accepted.errors)")
        let client = try accepted.connect()
        #expect(try client.events().isEmpty)
        expectProblem(try client.get("/v1/products", after: token), 409, "foreign-token")
        #expect(try accepted.end() == .code(0))
        let again = try ServerProcess.start(data)
        let added = try again.connect().command("RegisterUser", ["userId": "sam", "name": "Sam", "role": "seller"])
        #expect(added.json["position"] == 1)
        let lamp = Market.product("lamp").with(["price": ["amount": 5, "currency": "EUR"]])
        #expect(try again.connect().command("AddProduct", lamp).status == 200)
        expectProblem(try again.connect().get("/v1/products", after: token), 409, "foreign-token")
    }

    /// Where the log is empty, also what cannot be trusted tells that there were events.
    @Test(arguments: ["killed copy", "touched", "no lock"]) func anEmptyLogUnderAnyViewsRefuses(how: String) throws {
        let (data, _) = try stopped(["--currency", "EUR"])
        switch how {
        case "killed copy":
            let server = try ServerProcess.start(data)
            #expect(try server.end(with: SIGKILL) == .signal(SIGKILL))
            try FileManager.default.moveItem(atPath: data.path, toPath: data.root + "/original")
            try FileManager.default.copyItem(atPath: data.root + "/original", toPath: data.path)
        case "touched":
            for path in try [data.viewsFile(), data.path + "/decisions/data.mdb"] {
                try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: path)
            }
        default: try FileManager.default.removeItem(atPath: data.path + "/lock")
        }
        try FileManager.default.removeItem(atPath: data.log)
        let server = try ServerProcess.launch(["--data", data.path, "--listen", "127.0.0.1:0"], in: data)
        #expect(try server.waitForExit() == .code(1))
        #expect(server.errors.contains("positions 1 to 2 were acknowledged"), "\(server.errors)")
        let accepted = try ServerProcess.start(data, ["--accept-loss"])
        let lamp = Market.product("lamp").with(["price": ["amount": 5, "currency": "EUR"], "sellerId": "sam"])
        expectProblem(try accepted.connect().command("AddProduct", lamp), 409, "unknown-user")
    }

    /// Nobody can tell then what the amounts are in, if the views do not.
    @Test func aLogWithoutItsFirstHeaderNeedsItsCurrency() throws {
        let (data, _) = try stopped(["--currency", "EUR"], adjusting: 3)
        for name in ["views", "decisions"] { try FileManager.default.removeItem(atPath: data.path + "/" + name) }
        let path = try data.newestSegment()
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        bytes[50] ^= 1
        try overwrite(path, bytes)
        let arguments = ["--data", data.path, "--listen", "127.0.0.1:0", "--accept-loss"]
        let refused = try ServerProcess.launch(arguments, in: data)
        #expect(try refused.waitForExit() == .code(1))
        #expect(refused.errors.contains("give --currency beside --accept-loss"), "\(refused.errors)")
        let server = try ServerProcess.start(data, ["--accept-loss", "--currency", "EUR"])
        #expect(try server.connect().events().count == 5)
        #expect(try server.connect().get("/v1/products/lamp").json["price"]["currency"] == "EUR")
    }

    /// The views and decisions prove that the batch was acknowledged, whichever of the two is there.
    @Test(arguments: ["", "views", "decisions"]) func damageInTheLastBatchRefuses(missing: String) throws {
        let (data, token) = try stopped(adjusting: 300)
        if !missing.isEmpty { try FileManager.default.removeItem(atPath: data.path + "/" + missing) }
        let path = try data.newestSegment()
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let damaged = try #require(records(bytes).last?.batch)
        let first = try #require(records(bytes).first { $0.offset == damaged })
        let end = try #require(records(bytes).last?.position)
        bytes[damaged + 60] ^= 0x04
        try overwrite(path, bytes)
        let said = try refusal(data)
        #expect(said.contains("offset \(damaged), position \(first.position)"), "\(said)")
        #expect(said.contains("\(first.position) to \(end) were acknowledged"), "\(said)")

        let server = try ServerProcess.start(data, ["--accept-loss"])
        #expect(
            server.errors.contains(
                "\(end - first.position) events behind the fault are kept, and stand at positions \(first.position) to \(end - 1)"
            ),
            "\(server.errors)")
        #expect(
            server.errors.contains("the events that were at positions \(first.position) are gone"), "\(server.errors)")
        let aside = try #require(
            try FileManager.default.contentsOfDirectory(atPath: data.log).first { $0.contains("aside") })
        #expect(FileManager.default.contents(atPath: data.log + "/" + aside) == Data(bytes))

        let client = try server.connect()
        let events = try client.events()
        #expect(events.map { $0["position"].integer } == Array(1...end - 1))
        // What was kept is remembered: its key replays, and that of what is gone has its effect.
        #expect(
            try client.command("AdjustStock", ["productId": "lamp", "delta": 1], key: "k299").json["events"] == [
                "StockAdjusted"
            ])
        let kept = try client.command("AdjustStock", ["productId": "lamp", "delta": 1], key: "k299")
        #expect(kept[header: "idempotent-replayed"] == "true")
        let shown = try client.get("/v1/products/lamp", after: kept.token)
        #expect(shown.json["available"] == .integer(10 + end - 3))
        expectProblem(try client.get("/v1/products", after: token), 409, "foreign-token")
        let survived = token.prefix(17) + String(repeating: "0", count: 15) + "2"
        #expect(first.position >= 3)
        do { #expect(try client.get("/v1/products", after: String(survived)).status == 200) }
        #expect(try server.end() == .code(0))
        let again = try ServerProcess.start(data)
        #expect(try again.connect().events() == events)
        #expect(!again.errors.contains("rebuilding"), "\(again.errors)")
    }

    /// A product's addition is gone, so what happened to it cannot follow, and nothing behind that does.
    @Test func whatCannotFollowEndsWhatIsKept() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data)
        let client = try server.connect()
        var lines = [CommandText("RegisterUser", ["userId": "sam", "name": "Sam", "role": "seller"]).text]
        lines += ["a", "b"].map { CommandText("AddProduct", Market.product($0)).text }
        lines += ["b", "a", "b"].map { CommandText("AdjustStock", ["productId": .string($0), "delta": 1]).text }
        let token = try client.lines(lines).summary["consistencyToken"].string
        _ = try client.get("/v1/products", after: token)
        #expect(try server.end() == .code(0))
        let path = try data.newestSegment()
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let addition = try #require(records(bytes).first { $0.position == 2 && $0.events == 1 })
        bytes[addition.offset + 90] ^= 1
        try overwrite(path, bytes)
        _ = try refusal(data)
        let accepted = try ServerProcess.start(data, ["--accept-loss"])
        #expect(
            accepted.errors.contains("2 events behind the fault are kept, and stand at positions 2 to 3"),
            "\(accepted.errors)")
        #expect(
            accepted.errors.contains("the events that were at positions 2, 5 to 6 are gone"), "\(accepted.errors)")
        #expect(accepted.errors.contains("at position 5 cannot follow: there is no product a"), "\(accepted.errors)")
        let events = try accepted.connect().events()
        #expect(events.map { $0["subject"] } == ["sam", "b", "b"])
        #expect(try accepted.connect().get("/v1/products/b").json["available"] == 11)
    }

    @Test func anOlderLogRefuses() throws {
        let (data, oldToken) = try stopped()
        let copy = data.root + "/older"
        try FileManager.default.copyItem(atPath: data.log, toPath: copy)
        let newer = try ServerProcess.start(data)
        let client = try newer.connect()
        #expect(try client.get("/v1/products", after: oldToken).status == 200, "a clean restart keeps tokens good")
        var newToken: String?
        for _ in 1...5 { newToken = try client.command("AdjustStock", ["productId": "lamp", "delta": 1]).token }
        #expect(try client.get("/v1/products/lamp", after: newToken).json["available"] == 15)
        #expect(try newer.end() == .code(0))

        try FileManager.default.removeItem(atPath: data.log)
        try FileManager.default.copyItem(atPath: copy, toPath: data.log)
        let said = try refusal(data)
        #expect(said.contains("ends at position 2") && said.contains("positions 3 to 7 were acknowledged"), "\(said)")
        let restored = try ServerProcess.start(data, ["--accept-loss"])
        #expect(restored.errors.contains("positions 3 to 7 are gone"), "\(restored.errors)")
        let reader = try restored.connect()
        #expect(
            try reader.get("/v1/products/lamp", after: oldToken).json["available"] == 10, "what survived stays good")
        expectProblem(try reader.get("/v1/products", after: newToken), 409, "foreign-token")
        // What comes now takes the positions that are free again, and more.
        for _ in 1...9 { _ = try reader.command("AdjustStock", ["productId": "lamp", "delta": 1]) }
        expectProblem(try reader.get("/v1/products", after: newToken), 409, "foreign-token")
        #expect(try restored.end() == .code(0))
        let again = try ServerProcess.start(data)
        #expect(try again.connect().get("/v1/products/lamp").json["available"] == 19)
        expectProblem(try again.connect().get("/v1/products", after: newToken), 409, "foreign-token")
    }

    /// The loss that was accepted is known to what was made since, and not to a log from before.
    @Test func anOlderLogFromBeforeAnAcceptedLossRefuses() throws {
        let (data, _) = try stopped(adjusting: 20)
        let older = data.root + "/older"
        try FileManager.default.copyItem(atPath: data.log, toPath: older)
        try damageLastRecord(of: data)
        let accepted = try ServerProcess.start(data, ["--accept-loss"])
        var token: String?
        for _ in 0..<5 {
            token = try accepted.connect().command("AdjustStock", ["productId": "lamp", "delta": 1]).token
        }
        _ = try accepted.connect().get("/v1/products", after: token)
        #expect(try accepted.end() == .code(0))
        #expect(try ServerProcess.start(data).end() == .code(0))
        let newer = data.root + "/newer"
        try FileManager.default.moveItem(atPath: data.log, toPath: newer)
        try FileManager.default.copyItem(atPath: older, toPath: data.log)
        _ = try refusal(data)
        try FileManager.default.removeItem(atPath: data.log)
        try FileManager.default.moveItem(atPath: newer, toPath: data.log)
        let again = try ServerProcess.start(data)
        #expect(try again.connect().get("/v1/products", after: token).status == 200)
    }

    /// A copy of the whole directory goes on by itself: nothing in it knows more. Who has seen what is lost is told.
    @Test func tokensOfALostHistoryAreForeignForEver() throws {
        let (data, oldToken) = try stopped()
        let copy = data.root + "/copy"
        try FileManager.default.copyItem(atPath: data.path, toPath: copy)
        let original = try ServerProcess.start(data)
        var lost: String?
        for _ in 1...3 {
            lost = try original.connect().command("AdjustStock", ["productId": "lamp", "delta": 1]).token
        }
        let lastEvent = try EventStream(original, "/v1/events?after=4")
        let lostId = try #require(try lastEvent.next()?.id)
        #expect(try original.end() == .code(0))

        try FileManager.default.removeItem(atPath: data.path)
        try FileManager.default.moveItem(atPath: copy, toPath: data.path)
        let restored = try ServerProcess.start(data)
        let client = try restored.connect()
        #expect(try client.get("/v1/products", after: oldToken).status == 200)
        for count in 0..<6 {
            expectProblem(try client.get("/v1/products", after: lost), 409, "foreign-token")
            expectProblem(
                try client.exchange(
                    "GET", "/v1/events", ["Accept": "text/event-stream", "Last-Event-ID": lostId]), 409, "foreign-token"
            )
            expectProblem(try client.get("/v1/events?after=\(lostId)"), 409, "foreign-token")
            let token = try client.command("AdjustStock", ["productId": "lamp", "delta": 1]).token
            #expect(try client.get("/v1/products/lamp", after: token).json["available"] == .integer(11 + count))
        }
        let stream = try EventStream(restored, "/v1/events", ["Last-Event-ID": oldToken])
        #expect(try stream.positions(6) == Array(3...8))
    }

    // MARK: Bytes

    private struct Record {
        var offset: Int
        var batch: Int
        var position: Int
        var events: Int
    }

    /// The records of a segment, by their headers (OnDiskFormats).
    private func records(_ bytes: [UInt8]) -> [Record] {
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        var (records, offset) = ([Record](), 64)
        while offset + 40 <= bytes.count, number(offset, 4) > 0 {
            records.append(
                Record(
                    offset: offset, batch: number(offset + 16, 8), position: number(offset + 8, 8),
                    events: number(offset + 32, 4)))
            offset += 40 + number(offset, 4)
        }
        return records
    }

    private func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: bytes)
        try file.close()
    }
}
