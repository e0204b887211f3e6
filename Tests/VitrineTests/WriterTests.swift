import Foundation
import Glibc
import Testing

/// A directory has one writer, whatever file in it is deleted, and a writer serves what is there, or ends.
@Suite struct WriterTests {
    private func expectRefused(_ data: DataDirectory, by server: ServerProcess) throws {
        let second = try ServerProcess.launch(["--data", data.path, "--listen", "127.0.0.1:0"], in: data)
        #expect(try second.waitForExit() == .code(1))
        #expect(second.errors.contains("is in use by process \(server.pid)"), "\(second.errors)")
    }

    @Test func aSecondIsRefusedAlsoWithoutTheLockFile() throws {
        let market = try Market()
        try expectRefused(market.data, by: market.server)
        try FileManager.default.removeItem(atPath: market.data.path + "/lock")
        let second = try ServerProcess.launch(["--data", market.data.path, "--listen", "127.0.0.1:0"], in: market.data)
        #expect(try second.waitForExit() == .code(1))
        #expect(second.errors.contains("is in use by"), "\(second.errors)")
        #expect(!FileManager.default.fileExists(atPath: market.data.path + "/lock"), "a refusal changes nothing")
        let `import` = try Tool.import.run(
            ["generate", "--products", "10", "--orders", "1", "--seed", "1", "--data", market.data.path],
            in: market.data)
        #expect(`import`.exit == 1 && `import`.errors.contains("in use by"), "\(`import`.errors)")
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1])
        #expect(try market.server.end() == .code(0))
        let again = try ServerProcess.start(market.data)
        #expect(try again.connect().get("/v1/products/lamp").json["available"] == 11)
        #expect(!again.errors.contains("rebuilding"), "\(again.errors)")
    }

    /// The same log under another directory's name, as where it lies on a disk of its own.
    @Test(arguments: ["link", "hard links"]) func aLogHasOneWriterUnderAnyName(how: String) throws {
        let market = try Market()
        let other = market.data.root + "/other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
        if how == "link" {
            try FileManager.default.createSymbolicLink(atPath: other + "/log", withDestinationPath: market.data.log)
        } else {
            try FileManager.default.createDirectory(atPath: other + "/log", withIntermediateDirectories: false)
            let name = (try market.data.newestSegment() as NSString).lastPathComponent
            try FileManager.default.linkItem(atPath: market.data.log + "/" + name, toPath: other + "/log/" + name)
        }
        let second = try ServerProcess.launch(["--data", other, "--listen", "127.0.0.1:0"], in: market.data)
        #expect(try second.waitForExit() == .code(1))
        #expect(second.errors.contains("in use by another process"), "\(second.errors)")
        try market.accept("AdjustStock", ["productId": "lamp", "delta": 1])
        #expect(try market.server.end() == .code(0))
    }

    @Test(arguments: ["deleted", "moved", "replaced", "log moved", "segment deleted"])
    func aDirectoryThatIsNoLongerThereEndsTheServer(how: String) throws {
        let market = try Market()
        let (path, aside) = (market.data.path, market.data.root + "/aside")
        let files = FileManager.default
        switch how {
        case "deleted": try files.removeItem(atPath: path)
        case "moved": try files.moveItem(atPath: path, toPath: aside)
        case "replaced":
            try files.copyItem(atPath: path, toPath: aside)
            try files.moveItem(atPath: path, toPath: market.data.root + "/old")
            try files.moveItem(atPath: aside, toPath: path)
        case "log moved": try files.moveItem(atPath: path + "/log", toPath: aside)
        default: try files.removeItem(atPath: market.data.newestSegment())
        }
        let started = Date()
        #expect(try market.server.waitForExit() == .code(1))
        // A second, and what a busy machine takes to see it.
        #expect(Date().timeIntervalSince(started) < 5)
        #expect(
            market.server.errors.contains("was deleted, moved or replaced while it was served"),
            "\(market.server.errors)")
    }
}
