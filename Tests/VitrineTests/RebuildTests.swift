import Foundation
import Glibc
import Synchronization
import Testing

/// `vitrine-rebuild` on directories that are at rest, in use and damaged.
@Suite struct RebuildTests {
    private func filled(_ products: Int) throws -> Market {
        let market = try Market()
        for index in 0..<products { try market.accept("AddProduct", Market.product("p\(index)")) }
        let token = try market.accept("AdjustStock", ["productId": "p0", "delta": 1]).token
        _ = try market.client.get("/v1/products/p0", after: token)
        return market
    }

    /// What is compared is one state of views that go on, with a log that reaches as far.
    @Test(arguments: [["--verify"], ["--verify", "--json"], []])
    func viewsOfARunningServerAreTheSameWhileItIsWrittenTo(_ arguments: [String]) throws {
        let market = try filled(50)
        let isDone = Atomic(false)
        let server = market.server
        let writing = Thread {
            guard let client = try? server.connect() else { return }
            var price = 1
            while !isDone.load(ordering: .relaxed) {
                price += 1
                _ = try? client.command("ChangePrice", ["productId": .string("p\(price % 50)"), "price": gbp(price)])
            }
        }
        writing.start()
        defer { isDone.store(true, ordering: .relaxed) }
        for _ in 0..<10 {
            let made = try Tool.rebuild.run(["--data", market.data.path] + arguments, in: market.data)
            #expect(made.exit == 0, "\(made.output)\(made.errors)")
            #expect(made.output.contains("the same") || made.output.contains(#""result":"equal""#), "\(made.output)")
            #expect(arguments.isEmpty == made.errors.contains("is in use, so its views stay"), "\(made.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: market.data.views).sorted() == ["1", "current"])
    }

    @Test func aServerWhoseViewsCannotBeReadIsNotReady() throws {
        let market = try filled(500)
        // The page of a card, and those where it was before, while it is served: a start would see what is wrong.
        let path = try market.data.viewsFile()
        let bytes = try Data(contentsOf: URL(filePath: path))
        let card = Data(#""productId":"p250""#.utf8)
        let file = try FileHandle(forUpdating: URL(filePath: path))
        var searched = 0
        while let found = bytes.range(of: card, in: searched..<bytes.count) {
            let page = found.lowerBound / 4_096 * 4_096
            // What stands below the rows is of an earlier page. The kind of a page for long values, where a leaf is due.
            let rows = page + Int(bytes[page + 14]) + Int(bytes[page + 15]) << 8
            if found.lowerBound >= rows {
                try file.seek(toOffset: UInt64(page + 10))
                try file.write(contentsOf: Data([4]))
            }
            searched = found.upperBound
        }
        try #require(searched > 0)
        try file.close()
        let (server, client) = (market.server, market.client)
        #expect(try client.get("/readyz").status == 200)
        expectProblem(try client.get("/v1/products/p250"), 500, "views-failed")
        let ready = try client.get("/readyz")
        #expect(ready.status == 503 && ready.text.contains("vitrine-rebuild"), "\(ready.text)")
        #expect(server.errors.contains("the views cannot be read"), "\(server.errors)")
    }

    @Test func aPartIsBuiltBesideARunningServer() throws {
        let market = try filled(5)
        let made = try Tool.rebuild.run(["--data", market.data.path, "--to", "3"], in: market.data)
        #expect(made.exit == 0 && made.output.hasPrefix("3 events"), "\(made.output)\(made.errors)")
        let end = try market.client.events().count
        let beyond = try Tool.rebuild.run(["--data", market.data.path, "--to", "\(end + 1)"], in: market.data)
        #expect(beyond.exit == 1 && beyond.errors.contains("which is position \(end):"), "\(beyond.errors)")
        #expect(try market.client.get("/v1/products").json["items"].array?.count == 6)
    }

    @Test func onlyWhatIsLiveCanBeVerified() throws {
        let data = try DataDirectory()
        let made = try Tool.rebuild.run(["--data", data.path, "--verify", "--to", "3"], in: data)
        #expect(made.exit == 64 && made.errors.contains("give one of them"), "\(made.errors)")
    }

    /// A rebuild that is killed holds a snapshot of the server's views for good, if nobody looks: these changes then take some 40 MB.
    @Test func aRebuildThatDiesBesideAServerCostsItNoRoom() throws {
        let market = try filled(2_000)
        let process = Process()
        process.executableURL = URL(filePath: ServerProcess.executable + "-rebuild")
        process.arguments = ["--data", market.data.path, "--verify"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It makes its build while it holds the snapshot.
        while !FileManager.default.fileExists(atPath: market.data.views + "/2/data.mdb") {
            try #require(process.isRunning, "it ended before it was killed")
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        func bytes() throws -> Int {
            let line = try market.client.get("/metrics").text.split(separator: "\n").first {
                $0.hasPrefix("vitrine_views_bytes ")
            }
            return try #require(line.flatMap { Int($0.split(separator: " ")[1]) })
        }
        func change(_ count: Int) throws {
            for price in 1...count {
                try market.accept(
                    "ChangePrice",
                    ["productId": .string("p\(price % 50)"), "price": gbp(price + Int.random(in: 0...9_999))])
            }
        }
        try change(300)
        let before = try bytes()
        try change(1_500)
        let after = try bytes()
        #expect(after < before + (16 << 20), "from \(before) to \(after)")
    }

    @Test func viewsAtRestAreReplaced() throws {
        let market = try filled(5)
        let before = try market.client.get("/v1/products").text
        #expect(try market.server.end() == .code(0))
        let made = try Tool.rebuild.run(["--data", market.data.path], in: market.data)
        #expect(made.exit == 0 && made.output.contains("the live views hold the same"), "\(made.output)\(made.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: market.data.views).sorted() == ["2", "current"])
        let server = try ServerProcess.start(market.data)
        #expect(try server.connect().get("/v1/products").text == before)
        #expect(!server.errors.contains("rebuilding"), "\(server.errors)")
    }

    /// Pages are full of what no page may hold. Which are found to be, and how, is chance: by a scan, by LMDB, or by a signal.
    @Test(arguments: 0..<6) func damagedViewsAreSaidAndReplaced(first: Int) throws {
        let market = try filled(200)
        let before = try market.client.get("/v1/products?limit=100").text
        #expect(try market.server.end() == .code(0))
        let path = try market.data.viewsFile()
        let file = open(path, O_WRONLY)
        defer { close(file) }
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        let page = [UInt8](repeating: 0xFF, count: 4_096)
        for offset in stride(from: (4 + first) * page.count, to: size - page.count, by: 6 * page.count) {
            #expect(pwrite(file, page, page.count, off_t(offset)) == page.count)
        }
        let verified = try Tool.rebuild.run(["--data", market.data.path, "--verify"], in: market.data)
        #expect(verified.exit == 1, "\(verified.output)\(verified.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: market.data.views).sorted() == ["1", "current"])
        let made = try Tool.rebuild.run(["--data", market.data.path], in: market.data)
        #expect(made.exit == 0, "\(made.output)\(made.errors)")
        let server = try ServerProcess.start(market.data)
        #expect(try server.connect().get("/v1/products?limit=100").text == before)
        #expect(!server.errors.contains("rebuilding"), "\(server.errors)")
    }
}
