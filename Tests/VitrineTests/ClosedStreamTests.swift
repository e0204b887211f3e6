import Foundation
import Glibc
import Testing

/// Programs whose standard streams are closed from the start: what they print goes nowhere, least of all into their files.
@Suite struct ClosedStreamTests {
    @Test(arguments: ["<&- >&- 2>&-", ">&- 2>&-", "2>&-", "<&- 2>&-"]) func aServerKeepsItsFiles(closed: String) throws
    {
        let data = try DataDirectory()
        let port = try Self.freePort()
        let server = Process()
        server.executableURL = URL(filePath: "/bin/sh")
        server.arguments = [
            "-c", "exec \"$0\" \"$@\" \(closed)", ServerProcess.executable, "--data", data.path, "--listen",
            "127.0.0.1:\(port)", "--accept-imports",
        ]
        try server.run()
        let client = try Self.connect(port, while: server)
        for index in 0..<20 {
            let answer = try client.command(
                "RegisterUser", text: "{\"userId\":\"u\(index)\",\"name\":\"U\",\"role\":\"customer\"}")
            #expect(answer.status == 200)
        }
        server.terminate()
        server.waitUntilExit()
        #expect(server.terminationReason == .exit && server.terminationStatus == 0)
        try Self.expectNoText(in: data)
        let again = try ServerProcess.start(data)
        #expect(try again.connect().get("/v1/users/u19").status == 200)
        #expect(!again.errors.contains("views"), "\(again.errors)")
        try again.end()
    }

    @Test func toolsKeepTheirFiles() throws {
        let data = try DataDirectory()
        let directory = URL(filePath: ServerProcess.executable).deletingLastPathComponent().path
        for words in [
            "vitrine-import generate --products 40 --orders 40 --seed 1 --data \"\(data.path)\"",
            "vitrine-rebuild --data \"\(data.path)\"", "vitrine-rebuild --verify --data \"\(data.path)\"",
        ] {
            let tool = Process()
            tool.executableURL = URL(filePath: "/bin/sh")
            tool.arguments = ["-c", "exec \(directory)/\(words) <&- >&- 2>&-"]
            try tool.run()
            tool.waitUntilExit()
            #expect(tool.terminationReason == .exit && tool.terminationStatus == 0, "\(words)")
            try Self.expectNoText(in: data)
        }
    }

    // MARK: Parts

    private static func expectNoText(in data: DataDirectory) throws {
        let files = try #require(FileManager.default.enumerator(atPath: data.path))
        var count = 0
        for case let name as String in files {
            guard let bytes = FileManager.default.contents(atPath: data.path + "/" + name) else { continue }
            count += 1
            for text in ["vitrine: ", "events in", "seconds "] {
                #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name) holds '\(text)'")
            }
        }
        #expect(count > 3)
    }

    private static func freePort() throws -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        try #require(code)
        return UInt16(bigEndian: address.sin_port)
    }

    private static func connect(_ port: UInt16, while server: Process) throws -> Client {
        while server.isRunning {
            if let client = try? Client(port: port) { return client }
            usleep(2_000)
        }
        throw ServerProcess.Failure.noStart("ended with \(server.terminationStatus)")
    }
}
