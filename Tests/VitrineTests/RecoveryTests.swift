import Foundation
import Glibc
import Testing

/// Views and decisions are derived: lost, cut or too new, they are made again from the log, and the server says so.
@Suite struct RecoveryTests {
    /// What a client sees of a market, for a comparison before and after.
    private func shown(_ server: ServerProcess) throws -> [String] {
        let client = try server.connect()
        return try [
            "/v1/products?limit=100", "/v1/products?sort=price", "/v1/products?category=home&sort=-price",
            "/v1/orders", "/v1/orders?seller=sam", "/v1/users/ann", "/v1/users/sam", "/v1/orders/o-1",
        ].map { target in
            let answer = try client.get(target)
            return target + " " + (answer[header: "etag"] ?? "none") + " " + answer.text
        }
    }

    private func filled() throws -> Market {
        let market = try Market()
        for index in 0..<30 { try market.accept("AddProduct", Market.product("p\(index)", price: 100 + index % 4)) }
        for index in 0..<10 { try market.accept("CreateOrder", Market.order("o-\(index)", [("p\(index)", 2)])) }
        try market.accept("UpdateUser", ["userId": "sam", "name": "Samuel"])
        try market.accept("DiscontinueProduct", ["productId": "p9"])
        let token = try market.accept("ChangePrice", ["productId": "p3", "price": gbp(7)]).token
        _ = try market.client.get("/v1/products", after: token)
        return market
    }

    private func expectRebuild(saying: String? = nil, _ damage: (DataDirectory) throws -> Void) throws {
        let market = try filled()
        let before = try shown(market.server)
        #expect(try market.server.end() == .code(0))
        try damage(market.data)
        let server = try ServerProcess.start(market.data)
        #expect(try shown(server) == before)
        if let saying { #expect(server.errors.lowercased().contains(saying), "\(server.errors)") }
        // It goes on from there, with its decisions intact.
        let client = try server.connect()
        expectProblem(
            try client.command("AddProduct", Market.product("p1").with(["productId": "new"])), 409, "duplicate-sku")
        let token = try client.command("AdjustStock", ["productId": "p1", "delta": 1]).token
        #expect(try client.get("/v1/products/p1", after: token).json["available"] == 9)
    }

    @Test func deletedViewsAreRebuilt() throws {
        try expectRebuild(saying: "view") { try FileManager.default.removeItem(atPath: $0.views) }
    }

    @Test func viewsWithoutTheirCurrentBuildAreRebuilt() throws {
        try expectRebuild(saying: "view") { try FileManager.default.removeItem(atPath: $0.views + "/current") }
    }

    @Test(arguments: [0, 1, 4_096, 8_192, 20_000])
    func cutViewsAreRebuilt(bytes: Int) throws {
        try expectRebuild(saying: "view") { data in
            let file = try data.viewsFile()
            #expect(truncate(file, bytes) == 0)
        }
    }

    @Test func viewsThatLostTheirLastPagesAreRebuilt() throws {
        try expectRebuild(saying: "view") { data in
            let file = try data.viewsFile()
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
            #expect(truncate(file, size - 4_096) == 0)
        }
    }

    @Test func viewsWithoutASyncPointAreRebuilt() throws {
        try expectRebuild(saying: "no sync point") { data in
            try FileManager.default.removeItem(atPath: data.syncPointFile())
        }
        try expectRebuild(saying: "no sync point") { data in
            let file = try data.syncPointFile()
            try Data(count: Data(contentsOf: URL(filePath: file)).count).write(to: URL(filePath: file))
        }
    }

    @Test func deletedDecisionsAreRebuilt() throws {
        try expectRebuild { try FileManager.default.removeItem(atPath: $0.path + "/decisions") }
    }

    @Test func cutDecisionsAreRebuilt() throws {
        try expectRebuild(saying: "decision") { data in
            #expect(truncate(data.path + "/decisions/data.mdb", 4_096) == 0)
        }
    }

    /// Bytes that somebody else wrote, anywhere in the files, after a clean end and after a kill. What the damage is decides nothing:
    /// pages may lead nowhere, in a circle, or hold what looks right.
    @Test(arguments: [SIGTERM, SIGKILL]) func damagedFilesAreMadeAgain(signal: Int32) throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = SeededGenerator(seed: seed)
        let market = try filled()
        let before = try shown(market.server)
        try market.server.end(with: signal)
        let whole = market.data.root + "/whole"
        try FileManager.default.moveItem(atPath: market.data.path, toPath: whole)
        for round in 0..<8 {
            try FileManager.default.moveItem(atPath: whole, toPath: market.data.path)
            var image: [(path: String, bytes: Data)] = []
            for path in try [market.data.viewsFile(), market.data.path + "/decisions/data.mdb"] {
                image.append((path, try #require(FileManager.default.contents(atPath: path))))
            }
            for (path, bytes) in image {
                let file = try FileHandle(forUpdating: URL(filePath: path))
                for _ in 0..<Int.random(in: 1...30, using: &random) {
                    let count = [1, 16, 4_096].randomElement(using: &random)!
                    let damage = Data(
                        (0..<count).map { _ in round % 2 == 0 ? 0 : UInt8.random(in: 0...255, using: &random) })
                    try file.seek(toOffset: UInt64.random(in: 0..<UInt64(bytes.count - count), using: &random))
                    try file.write(contentsOf: damage)
                }
                try file.close()
            }
            let server = try ServerProcess.start(market.data)
            #expect(try shown(server) == before, "seed \(seed), round \(round): \(server.errors)")
            expectProblem(
                try server.connect().command("AddProduct", Market.product("p1").with(["productId": "new"])), 409,
                "duplicate-sku")
            try server.end(with: signal)
            try FileManager.default.moveItem(atPath: market.data.path, toPath: whole)
        }
    }

    /// No row is in it, so no digest tells: but LMDB would write over what it names.
    @Test(arguments: ["zeros", "noise", "doubled"]) func aDamagedFreeListIsMadeAgain(how: String) throws {
        let market = try filled()
        let before = try shown(market.server)
        #expect(try market.server.end(with: SIGKILL) == .signal(SIGKILL))
        let path = try market.data.viewsFile()
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        func number(_ offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        // Where the head page of the newest commit says that the list begins: `mm_dbs[0].md_root` and `mm_txnid` of LMDB 0.9.
        let head = number(144) > number(4_096 + 144) ? 0 : 4_096
        let page = number(head + 80) * 4_096
        try #require(page > 0 && page < bytes.count)
        let rows = (0..<4_096).filter { bytes[page + $0] != 0 && $0 > 200 }
        for offset in how == "zeros" ? Array(0..<4_096) : rows {
            switch how {
            case "zeros": bytes[page + offset] = 0
            case "noise": bytes[page + offset] ^= 0x5A
            // The number of pages, or a page, stands there once more.
            default: if offset % 8 == 0 { bytes[page + offset] = bytes[page + rows[rows.count - 1] / 8 * 8] }
            }
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: bytes)
        try file.close()
        let server = try ServerProcess.start(market.data)
        #expect(server.errors.contains("rebuilding the views from the log"), "\(server.errors)")
        #expect(try shown(server) == before)
        for delta in 1...50 {
            let token = try server.connect().command("AdjustStock", ["productId": "p1", "delta": .integer(delta)]).token
            #expect(try server.connect().get("/v1/products/p1", after: token).status == 200)
        }
    }

    @Test(arguments: ["dangling", "dangling/x", "dangling/x/y"])
    func aDirectoryBehindALinkToNowhereIsRefused(name: String) throws {
        let data = try DataDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: data.root + "/dangling", withDestinationPath: data.root + "/nowhere/at/all")
        let server = try ServerProcess.launch(
            ["--data", data.root + "/" + name, "--listen", "127.0.0.1:0"], in: data)
        #expect(try server.waitForExit() == .code(1))
        #expect(server.errors.contains("No such file"), "\(server.errors)")
    }

    /// Nothing has seen the batch but the log: it may as well never have been acknowledged.
    @Test func aTornTailIsCutAndServed() throws {
        let market = try filled()
        let count = try market.client.events().count
        market.server.send(SIGKILL)
        _ = try market.server.waitForExit()
        try damageLastRecord(of: market.data)
        try FileManager.default.removeItem(atPath: market.data.views)
        try FileManager.default.removeItem(atPath: market.data.path + "/decisions")
        let server = try ServerProcess.start(market.data)
        #expect(try server.connect().events().count == count - 1, "\(server.errors)")
        let next = try server.connect().command("AdjustStock", ["productId": "lamp", "delta": 1])
        #expect(next.json["position"] == .integer(count))
    }
}

/// Changes the last byte of the newest segment that is not zero: the end of the last record.
func damageLastRecord(of data: DataDirectory) throws {
    let path = try data.newestSegment()
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    let last = try #require(bytes.lastIndex { $0 != 0 })
    bytes[last] ^= 0xFF
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}
