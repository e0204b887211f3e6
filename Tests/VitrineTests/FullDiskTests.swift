import Foundation
import Glibc
import Testing

/// Below its reserve of free space the server takes no command, keeps all that it took, answers queries, and goes on when
/// there is room again.
@Suite struct FullDiskTests {
    private static let reserveBytes = 16 << 20

    private func product(_ id: String) -> JSON {
        Market.product(id).with(["description": .string(String(repeating: "d", count: 10_000))])
    }

    private func accept(_ client: Client, _ id: String) throws -> String? {
        let answer = try client.command("AddProduct", product(id))
        try #require(answer.status == 200, "\(id): \(answer.text)")
        return answer.token
    }

    /// Checks that log and views hold exactly these products, and that the server is well.
    private func expectAll(_ accepted: Set<String>, _ server: ServerProcess, after token: String?) throws {
        let client = try server.connect()
        let headers = token.map { ["Consistency-Token": $0, "Prefer": "wait=10"] } ?? [:]
        let user = try client.get("/v1/users/sam", headers)
        #expect(user.status == 200, "\(user.text)")
        #expect(user.json["productCount"].integer == accepted.count)
        let events = try client.events()
        #expect(events.map { $0["position"].integer } == (1...accepted.count + 1).map { $0 })
        #expect(Set(events.dropFirst().compactMap { $0["subject"].string }) == accepted)
        let listed = try client.list("/v1/products?limit=100").compactMap { $0["productId"].string }
        #expect(listed.count == accepted.count && Set(listed) == accepted)
        for id in accepted {
            let answer = try client.get("/v1/products/\(id)")
            #expect(answer.json["description"].string?.utf8.count == 10_000, "\(id): \(answer.status)")
        }
        let ready = try client.get("/readyz?verbose")
        #expect(ready.status == 200, "\(ready.text)")
    }

    @Test(arguments: SmallDiskKind.tested) func fullDiskRefusesCommandsKeepsWhatItTookAndRecovers(
        _ kind: SmallDiskKind?
    ) throws {
        let disk = try SmallDisk(kind)
        var server = try ServerProcess.start(disk.data)
        var client = try server.connect()
        let user: JSON = ["userId": "sam", "name": "Sam", "role": "seller"]
        try #require(try client.command("RegisterUser", user).status == 200)

        var accepted: Set<String> = ["first"]
        let first = try client.command("AddProduct", product("first"), key: "first")
        try #require(first.status == 200)
        var token: String?
        var refused: Answer?
        // What does not fit 64 MiB must have been refused long before.
        for index in 0..<6_000 where refused == nil {
            let answer = try client.command("AddProduct", product("p\(index)"))
            if answer.status == 200 {
                accepted.insert("p\(index)")
                token = answer.token
            } else {
                refused = answer
            }
        }
        expectProblem(try #require(refused), 507, "disk-reserve")
        #expect(accepted.count > 500, "\(accepted.count)")
        // The writer stopped at the reserve; projector and decisions may have eaten into it for what was accepted.
        let free = try disk.freeBytes()
        #expect(free > FullDiskTests.reserveBytes / 2 && free < FullDiskTests.reserveBytes + (1 << 20), "\(free) free")
        // It stays refused, and a refused command leaves no trace.
        expectProblem(try client.command("AddProduct", product("more")), 507, "disk-reserve")
        try expectAll(accepted, server, after: token)
        // What was accepted before is told again all the same.
        let again = try client.command("AddProduct", product("first"), key: "first")
        #expect(again.status == 200 && again.body == first.body && again[header: "idempotent-replayed"] == "true")
        expectProblem(try client.command("AddProduct", product("other"), key: "first"), 422, "idempotency-key-reused")

        let lines = try client.lines([
            CommandText("AddProduct", product("more")).text, CommandText("AddProduct", product("more-2")).text,
        ])
        #expect(lines.answers.map { $0["status"] } == [507, 507])
        #expect(lines.summary["rejected"] == 2)

        // A restart with the disk still full finds everything, and refuses still.
        #expect(try server.end() == .code(0))
        server = try ServerProcess.start(disk.data)
        client = try server.connect()
        try expectAll(accepted, server, after: token)
        expectProblem(try client.command("AddProduct", product("more")), 507, "disk-reserve")

        // With room the same server takes commands again.
        try disk.removeBallast()
        #expect(try disk.freeBytes() > FullDiskTests.reserveBytes)
        for index in 0..<20 {
            token = try accept(client, "later-\(index)")
            accepted.insert("later-\(index)")
        }
        try expectAll(accepted, server, after: token)

        #expect(try server.end(with: SIGKILL) == .signal(SIGKILL))
        server = try ServerProcess.start(disk.data)
        try expectAll(accepted, server, after: token)
        #expect(try server.end() == .code(0))
    }

    /// Others fill the disk while the log has room left in its segment and the views have none.
    @Test(arguments: SmallDiskKind.tested) func viewsWithoutRoomWaitAndGoOn(_ kind: SmallDiskKind?) throws {
        let disk = try SmallDisk(kind)
        let server = try ServerProcess.start(disk.data, ["--disk-reserve", "1"])
        let client = try server.connect()
        for (id, role) in [("sam", "seller"), ("ann", "customer")] as [(JSON, JSON)] {
            let user: JSON = ["userId": id, "name": "A user", "role": role]
            try #require(try client.command("RegisterUser", user).status == 200)
        }
        let lamp = try client.command("AddProduct", Market.product("lamp", stock: 10_000))
        try #require(try client.get("/v1/products/lamp", after: lamp.token).status == 200)
        try disk.fill(allBut: 65_536)
        // One record, whose row is larger than what is left.
        let order = Market.order("o", Array(repeating: ("lamp", 1), count: 1_000))
        let token = try #require(try client.command("CreateOrder", order).token)
        let early = try client.get("/v1/orders/o", ["Consistency-Token": token, "Prefer": "wait=2"])
        expectProblem(early, 503, "not-yet")
        #expect(early.text.contains("/readyz"), "\(early.text)")
        let ready = try client.get("/readyz")
        #expect(ready.status == 503 && ready.text.contains("No space left on device"), "\(ready.text)")
        try disk.removeFiller()
        let late = try client.get("/v1/orders/o", ["Consistency-Token": token, "Prefer": "wait=10"])
        #expect(late.json["lines"].array?.count == 1_000, "\(late.status)")
        #expect(try client.get("/readyz").status == 200)
    }

    @Test(arguments: SmallDiskKind.tested) func aDiskWithoutRoomForViewsIsSaidAtTheStart(_ kind: SmallDiskKind?) throws
    {
        let disk = try SmallDisk(kind)
        var server = try ServerProcess.start(disk.data)
        let user: JSON = ["userId": "sam", "name": "Sam", "role": "seller"]
        let token = try server.connect().command("RegisterUser", user).token
        #expect(try server.end() == .code(0))
        try FileManager.default.removeItem(atPath: disk.data.views)
        for freeBytes in [0, 4_096, 65_536] {
            try disk.fill(allBut: freeBytes)
            server = try ServerProcess.launch(["--data", disk.data.path, "--listen", "127.0.0.1:0"], in: disk.data)
            #expect(try server.waitForExit() == .code(1))
            #expect(server.errors.contains("No space left on device"), "\(server.errors)")
            try disk.removeFiller()
        }
        server = try ServerProcess.start(disk.data)
        #expect(try server.connect().get("/v1/users/sam", after: token).status == 200)
    }
}
