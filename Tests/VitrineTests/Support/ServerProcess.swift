import Foundation
import Glibc

import class POSIX.Monitor

/// A real `vitrine` process. It is killed when nobody holds it any more.
final class ServerProcess: Sendable {
    /// How a process ended.
    enum Exit: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    enum Failure: Error {
        case spawn(Int32)
        case noStart(String)
        case noEnd(String)
    }

    let pid: pid_t
    private let errorFile: String
    private let exit = Monitor<Exit?>(nil)
    private let boundPort = Monitor<UInt16>(0)

    var port: UInt16 { boundPort.withLock { $0 } }

    /// `vitrine` lies beside the test bundle in the build directory.
    static let executable: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (bundle as NSString).deletingLastPathComponent + "/vitrine"
    }()

    /// Starts `vitrine` and waits until it listens.
    static func start(
        _ data: DataDirectory, _ arguments: [String] = [], seconds: Double = 30, through wrapper: [String] = []
    ) throws -> ServerProcess {
        let server = try launch(
            ["--data", data.path, "--listen", "127.0.0.1:0"] + arguments, in: data, through: wrapper)
        try server.waitUntilListening(seconds: seconds)
        return server
    }

    /// Starts `vitrine` with exactly these arguments, by a program that becomes it where `wrapper` names one.
    static func launch(
        _ arguments: [String], in data: DataDirectory, through wrapper: [String] = []
    ) throws -> ServerProcess {
        try ServerProcess(wrapper + [executable] + arguments, data.environment, errorFile: data.freshErrorFile())
    }

    private init(_ arguments: [String], _ environment: [String: String], errorFile: String) throws {
        self.errorFile = errorFile
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, errorFile + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
        // Whatever ignores or blocks signals around the tests, as nohup and Dispatch's threads do, the process begins without.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGHUP, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for setting in settings { free(setting) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, &settings)
        guard result == 0 else { throw Failure.spawn(result) }
        self.pid = pid
    }

    deinit {
        if poll() == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
    }

    /// What it has written on standard error so far.
    var errors: String { String(decoding: FileManager.default.contents(atPath: errorFile) ?? Data(), as: UTF8.self) }
    var output: String {
        String(decoding: FileManager.default.contents(atPath: errorFile + ".out") ?? Data(), as: UTF8.self)
    }

    func waitUntilListening(seconds: Double = 30) throws {
        let marker = "vitrine: listening on http://127.0.0.1:"
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            // Asked before reading, so that a process that ended has written all it had to say.
            let exit = poll()
            if let line = errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first(where: { $0.hasPrefix(marker) }), let port = UInt16(line.dropFirst(marker.count))
            {
                return boundPort.withLock { $0 = port }
            }
            if let exit { throw Failure.noStart("ended with \(exit): \(errors)") }
            usleep(2_000)
        }
        throw Failure.noStart("not listening after \(seconds) s: \(errors)")
    }

    /// The way it ended, nil while it runs.
    @discardableResult
    func poll() -> Exit? {
        exit.withLock { exit in
            if exit == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid {
                    exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
                }
            }
            return exit
        }
    }

    func waitForExit(seconds: Double = 15) throws -> Exit {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            if let exit = poll() { return exit }
            usleep(2_000)
        }
        throw Failure.noEnd("still running after \(seconds) s: \(errors)")
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Whether the process has said by now that it does not take the signal.
    func ignores(_ signal: Int32) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/status") ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
        let mask = line.flatMap { UInt64($0.split(separator: "\t")[1], radix: 16) } ?? 0
        return mask >> UInt64(signal - 1) & 1 != 0
    }

    @discardableResult
    func end(with signal: Int32 = SIGTERM) throws -> Exit {
        send(signal)
        return try waitForExit()
    }

    func connect() throws -> Client { try Client(port: port) }
}
