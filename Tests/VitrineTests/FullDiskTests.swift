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

    @Test func fullDiskRefusesCommandsKeepsWhatItTookAndRecovers() throws {
        let disk = try SmallDisk()
        var server = try ServerProcess.start(disk.data)
        var client = try server.connect()
        let user: JSON = ["userId": "sam", "name": "Sam", "role": "seller"]
        try #require(try client.command("RegisterUser", user).status == 200)

        var accepted: Set<String> = []
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
}
