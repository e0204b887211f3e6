import Foundation
import Glibc
import POSIX
import Testing

/// Every program ends with one line, never with a signal, when it gets no more descriptors, threads or memory.
@Suite struct LimitTests {
    /// Programs by what they are asked to do in a directory.
    private static let programs: [(name: String, arguments: @Sendable (DataDirectory) -> [String])] = [
        ("vitrine", { ["--data", $0.path, "--listen", "127.0.0.1:0", "--loops", "2"] }),
        ("vitrine-import", { generate + ["--data", $0.path] }),
        ("vitrine-import", { _ in generate + ["--server", "http://127.0.0.1:1"] }),
        ("vitrine-rebuild", { ["--data", $0.path] }),
        (
            "vitrine-load",
            { _ in ["http://127.0.0.1:1", "--path", "/livez", "--connections", "2", "--duration", "1s"] }
        ),
    ]
    private static let generate = ["generate", "--products", "20", "--orders", "20", "--seed", "1"]

    private static let limits =
        [8, 12, 16, 20, 24, 32, 48, 64, 100].map { "--nofile=\($0):\($0)" }
        + [200, 400, 1_000, 300_000, 525_000].map { "--as=\($0 << 20):\($0 << 20)" }
        + [8, 40, 100, 500, 1_030].map { "--data=\($0 << 20):\($0 << 20)" }
        + [1_000, 100_000].map { "--fsize=\($0):\($0)" }

    @Test(arguments: limits) func aLimitIsToldInOneLine(limit: String) throws {
        for (name, arguments) in Self.programs {
            let data = try DataDirectory()
            if name == "vitrine-rebuild" {
                let made = try Self.run("vitrine-import", Self.generate + ["--data", data.path], in: data)
                try #require(made.exit == .code(0))
            }
            let run = try Self.run(name, arguments(data), through: ["prlimit", limit], in: data)
            Self.expectWell(run, name)
        }
    }

    /// Root is bound by no limit of threads, so the process is another user's, who may do all but break limits.
    private static let anotherUser =
        geteuid() == 0
        ? [
            "setpriv", "--ruid", "4711", "--inh-caps", "-sys_resource,-sys_admin", "--bounding-set",
            "-sys_resource,-sys_admin",
        ] : []

    @Test(arguments: 1...9) func aRefusedThreadIsToldInOneLine(threads: Int) throws {
        // Who is not root may have threads beside these: then fewer are refused, or all.
        let limit = Self.anotherUser + ["prlimit", "--nproc=\(threads):\(threads)"]
        for (name, arguments) in Self.programs where name.hasSuffix("vitrine") || name == "vitrine-import" {
            let data = try DataDirectory()
            let run = try Self.run(name, arguments(data), through: limit, in: data)
            Self.expectWell(run, name)
            if threads == 1, arguments(data).contains("--data") {
                #expect(run.errors.contains("cannot start the thread '"), "\(run)")
            }
        }
    }

    @Test func moreLoopsThanFilesAreRefused() throws {
        let data = try DataDirectory()
        let run = try Self.run(
            "vitrine", ["--data", data.path, "--listen", "127.0.0.1:0", "--loops", "64"],
            through: ["prlimit", "--nofile=256:256"], in: data)
        #expect(run.exit == .code(1))
        #expect(run.errors.hasPrefix("vitrine: a server of 64 loops needs "), "\(run)")
        #expect(
            run.errors.hasSuffix(" open files and 256 are allowed: raise ulimit -n, or take fewer --loops\n"), "\(run)")
        #expect(!FileManager.default.fileExists(atPath: data.path))
    }

    /// A soft limit below the hard one is raised.
    @Test func aSoftLimitIsNoReason() throws {
        let data = try DataDirectory()
        let run = try Self.run(
            "vitrine", ["--data", data.path, "--listen", "127.0.0.1:0", "--loops", "8"],
            through: ["prlimit", "--nofile=64:4096"], in: data)
        #expect(run.exit == .code(0), "\(run)")
    }

    /// Beyond what the limit has room for clients are told, or wait, and none is dropped without a word.
    @Test func clientsBeyondTheLimitAreAnswered() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data, ["--loops", "2"], through: ["prlimit", "--nofile=150:150"])
        let counts = Monitor([Int: Int]())
        concurrently(8) { _ in
            let clients = try (0..<25).map { _ in try server.connect() }
            for client in clients { try client.send(Client.request("GET", "/livez", ["Connection": "close"])) }
            for client in clients {
                let status = try client.receive().status
                counts.update { $0[status, default: 0] += 1 }
            }
        }
        let found = counts.withLock { $0 }
        #expect(found.values.reduce(0, +) == 200 && Set(found.keys).isSubset(of: [200, 503]), "\(found)")
        #expect(try server.connect().get("/livez").status == 200)
    }

    // MARK: Parts

    private struct Run {
        var exit: ServerProcess.Exit
        var errors: String
    }

    /// It did what it was asked, or said in its last line why not; what stands before is its own too.
    private static func expectWell(_ run: Run, _ name: String) {
        guard case .code(let code) = run.exit else {
            Issue.record("ended by a signal: \(run)")
            return
        }
        for line in run.errors.split(separator: "\n") { #expect(line.hasPrefix("\(name): "), "\(run)") }
        if code != 0 { #expect(code == 1 && !run.errors.isEmpty, "\(run)") }
        #expect(!run.errors.contains("Backtrac") && !run.errors.contains("Fatal error"), "\(run)")
    }

    /// Runs a program to its end; a server that listens is told to stop.
    private static func run(
        _ name: String, _ arguments: [String], through wrapper: [String] = [], in data: DataDirectory
    ) throws -> Run {
        let errors = data.freshErrorFile()
        let program = URL(filePath: ServerProcess.executable).deletingLastPathComponent().appending(path: name).path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
        let all = wrapper + [program] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawnp(&pid, all[0], &actions, nil, words, environ) == 0)
        let deadline = Date(timeIntervalSinceNow: 30)
        var isTold = false
        while true {
            var status: Int32 = 0
            let text = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
            if waitpid(pid, &status, WNOHANG) == pid {
                let whole = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
                let exit: ServerProcess.Exit =
                    status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
                return Run(exit: exit, errors: whole)
            }
            if !isTold, text.contains("vitrine: listening on") { isTold = kill(pid, SIGTERM) == 0 }
            if Date() > deadline { kill(pid, SIGKILL) }
            usleep(2_000)
        }
    }
}
