import Foundation
import Glibc
import Testing

/// A copy of `log/` that is made while the server writes is a backup (Operations); a copy of the whole directory is none, and
/// is never taken for one.
@Suite struct BackupTests {
    private static var copies: Int { Int(ProcessInfo.processInfo.environment["VITRINE_COPIES"] ?? "") ?? 6 }

    /// Runs `body` while the server takes hundreds of commands at once.
    private func underLoad(_ market: Market, _ first: Int, _ body: () throws -> Void) throws {
        let (ends, hasEnded, port) = (Counter(), DispatchSemaphore(value: 0), market.server.port)
        Thread.detachNewThread {
            defer { hasEnded.signal() }
            do {
                let client = try Client(port: port)
                var number = first
                while ends.value == 0 {
                    var lines: [CommandText] = []
                    for _ in 0..<60 {
                        number += 1
                        let id = "p\(number)"
                        lines.append(CommandText("AddProduct", Market.product(id, price: 1 + number % 50)))
                        lines.append(CommandText("AdjustStock", ["productId": .string(id), "delta": 1]))
                        lines.append(
                            CommandText("CreateOrder", Market.order("o\(number)", [(id, 1), ("lamp", 1)])))
                    }
                    _ = try client.lines(lines.map(\.text), ["Prefer": "return=minimal"])
                }
            } catch {
                Issue.record("\(error)")
            }
        }
        defer {
            ends.increment()
            hasEnded.wait()
        }
        try body()
    }

    /// The copied log's events are the first ones of the server's, and everything that was there when the copying began.
    private func expectPrefix(_ copy: DataDirectory, of market: Market, atLeast count: Int) throws {
        let server = try ServerProcess.start(copy)
        let copied = try server.connect().events()
        #expect(copied.count >= count, "\(server.errors)")
        #expect(try market.client.events().prefix(copied.count).elementsEqual(copied))
        try LogFold(copied).expectViews(server.connect(), after: nil)
        // It is a market of its own from here.
        let next = try server.connect().command("AdjustStock", ["productId": "lamp", "delta": 1])
        #expect(next.json["position"] == .integer(copied.count + 1))
        #expect(try server.connect().get("/v1/products/lamp", after: next.token).status == 200)
    }

    @Test func aCopyOfTheLogUnderLoadIsABackup() throws {
        let market = try Market()
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1_000_000])
        var copies: [(DataDirectory, Int)] = []
        try underLoad(market, 0) {
            for _ in 0..<4 {
                usleep(200_000)
                let copy = try DataDirectory()
                let count = try #require(
                    try market.client.command("AdjustStock", ["productId": "lamp", "delta": 1]).json["position"].integer
                )
                // As the page says: cp -r DATA/log BACKUP/log
                try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: false)
                let cp = try Process.run(
                    URL(filePath: "/usr/bin/env"), arguments: ["cp", "-r", market.data.log, copy.path + "/log"])
                cp.waitUntilExit()
                try #require(cp.terminationStatus == 0)
                copies.append((copy, count))
            }
        }
        for (copy, count) in copies { try expectPrefix(copy, of: market, atLeast: count) }
    }

    /// Every file, in pieces that are copied at different times, `lock` among them.
    @Test func aCopyOfTheWholeDirectoryUnderLoadStartsAndIsRight() throws {
        let seed = UInt64.random(in: 0...999_999)
        print("BackupTests: seed \(seed), VITRINE_COPIES=\(BackupTests.copies)")
        var random = SeededGenerator(seed: seed)
        let market = try Market()
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1_000_000])
        for round in 0..<BackupTests.copies {
            let copy = try DataDirectory()
            var count = 0
            try underLoad(market, round * 1_000_000) {
                usleep(.random(in: 0...200_000, using: &random))
                count = try #require(
                    try market.client.command("AdjustStock", ["productId": "lamp", "delta": 1]).json["position"].integer
                )
                try copyInPieces(market.data.path, copy.path, &random)
            }
            try expectPrefix(copy, of: market, atLeast: count)
        }
    }

    private func copyInPieces(_ source: String, _ target: String, _ random: inout SeededGenerator) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in try files.subpathsOfDirectory(atPath: source).shuffled(using: &random) {
            var isDirectory: ObjCBool = false
            guard files.fileExists(atPath: source + "/" + name, isDirectory: &isDirectory) else { continue }
            let parent = (target + "/" + name as NSString).deletingLastPathComponent
            try files.createDirectory(
                atPath: isDirectory.boolValue ? target + "/" + name : parent, withIntermediateDirectories: true)
            guard !isDirectory.boolValue, let input = FileHandle(forReadingAtPath: source + "/" + name) else {
                continue
            }
            _ = files.createFile(atPath: target + "/" + name, contents: nil)
            let output = try #require(FileHandle(forWritingAtPath: target + "/" + name))
            let size = try input.seekToEnd()
            var starts = Array(stride(from: UInt64(0), to: size, by: 64 << 10))
            if Bool.random(using: &random) { starts.shuffle(using: &random) }
            for start in starts {
                try input.seek(toOffset: start)
                let piece = try input.read(upToCount: 64 << 10) ?? Data()
                try output.seek(toOffset: start)
                try output.write(contentsOf: piece)
                if random.oneIn(4) { usleep(5_000) }
            }
            try output.truncate(atOffset: max(size, try output.seekToEnd()))
        }
    }
}
