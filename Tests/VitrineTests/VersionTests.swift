import Foundation
import Testing

/// Data directories that earlier versions made, one for each change of what is on the disk: they are read and go on.
///
/// `Versions/<name>.tar.gz` is a directory `data` as that version left it after a clean stop.
@Suite struct VersionTests {
    private func unpacked(_ name: String) throws -> DataDirectory {
        let data = try DataDirectory()
        let archive = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Versions/\(name).tar.gz")
        let tar = try Process.run(
            URL(filePath: "/usr/bin/env"), arguments: ["tar", "-xzf", archive.path, "-C", data.root])
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        return data
    }

    /// From before writers had epochs and `lock` named the files.
    @Test func aDirectoryWithoutEpochsIsReadAndGoesOn() throws {
        let token = "82970fe0a4bf49d2-0000000000000012"
        let data = try unpacked("without-epochs")
        let server = try ServerProcess.start(data)
        let client = try server.connect()
        let list = try client.get("/v1/products", after: token)
        #expect(list.token == token, "its events have the first epoch, which its tokens carry")
        #expect(list.json["items"].array?.map { $0["productId"] } == ["mug", "lamp"])
        let lamp = try client.get("/v1/products/lamp").json
        #expect(lamp["price"]["amount"] == 1_799 && lamp["available"] == 13 && lamp["description"] == "A lamp.")
        #expect(lamp["seller"]["name"] == "Samuel" && lamp["rating"]["average"] == 5)
        let order = try client.get("/v1/orders/o-1").json
        #expect(
            order["history"].array?.map { $0["status"] } == ["created", "paid", "shipped", "delivered", "refunded"])
        #expect(try client.get("/v1/orders/o-2").json["history"].array?.last?["reason"] == "too late")
        let events = try client.events()
        #expect(events.map { $0["position"].integer } == Array(1...18))
        #expect(events[0]["source"] == "urn:uuid:82970fe0-a4bf-49d2-a3c2-dcef08a7b5ed")
        // Keys of then are remembered, also of a command that changed nothing.
        let price = try client.command("ChangePrice", ["productId": "lamp", "price": gbp(1_799)], key: "k7")
        #expect(price[header: "idempotent-replayed"] == "true" && price.json["position"] == 6)
        expectProblem(
            try client.command("AddProduct", Market.product("new").with(["sku": "O-1"])), 409, "duplicate-sku")

        let next = try client.command("AdjustStock", ["productId": "lamp", "delta": 1])
        #expect(next.json["position"] == 19)
        let nextToken = try #require(next.token)
        #expect(nextToken.prefix(16) != token.prefix(16))
        #expect(try client.get("/v1/products/lamp", after: nextToken).json["available"] == 14)
        #expect(try server.end() == .code(0))
        let again = try ServerProcess.start(data)
        #expect(!again.errors.contains("rebuilding"), "\(again.errors)")
        for token in [token, nextToken] {
            #expect(try again.connect().get("/v1/products/lamp", after: token).json["available"] == 14)
        }
    }

    /// What they prove counts as well.
    @Test func aDirectoryWithoutEpochsThatLostItsLogRefuses() throws {
        let data = try unpacked("without-epochs")
        try FileManager.default.removeItem(atPath: data.log)
        let server = try ServerProcess.launch(["--data", data.path, "--listen", "127.0.0.1:0"], in: data)
        #expect(try server.waitForExit() == .code(1))
        #expect(server.errors.contains("positions 1 to 18 were acknowledged"), "\(server.errors)")
    }
}
