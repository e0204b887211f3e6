import Glibc
import POSIX

@testable import vitrine_load

/// One run of the built program.
struct LoadProcess {
    let exitCode: Int32
    let output: String
    let errors: String
    /// What `--report …json` wrote.
    let report: JSONValue?

    /// Runs `vitrine-load` to its end, with a JSON report beside its output.
    ///
    /// `through` is a program and its arguments that runs it.
    init(_ arguments: [String], withReport: Bool = true, through wrapper: [String] = []) throws {
        let directory = try Self.makeDirectory()
        let (output, errors, report) = ("\(directory)/out", "\(directory)/err", "\(directory)/report.json")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let program = try Self.program()
        let words = wrapper + [program] + arguments + (withReport ? ["--report", report] : [])
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        let code = posix_spawn(&process, words[0], &actions, nil, &pointers, environ)
        guard code == 0 else { throw SystemError("posix_spawn", program, code: code) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        // Signal 0 in the low bits: it ended by itself.
        exitCode = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        self.output = Self.contents(of: output)
        self.errors = Self.contents(of: errors)
        self.report = JSONValue(parsing: Array(Self.contents(of: report).utf8))
        for path in [output, errors, report] { unlink(path) }
        rmdir(directory)
    }

    /// A number of the report by its path, such as `latencyMicros`, `p99`.
    func number(_ path: String...) -> Double? {
        path.reduce(report) { $0?[$1] }?.number
    }

    /// The program stands in the build directory beside the test bundle that runs.
    private static func program() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        guard length > 0 else { throw SystemError("readlink", "/proc/self/exe") }
        let own = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let program = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)]) + "/vitrine-load"
        guard access(program, X_OK) == 0 else { throw SystemError("access", program) }
        return program
    }

    static func makeDirectory() throws -> String {
        var template = Array("/tmp/vitrine-load-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "/tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func contents(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
