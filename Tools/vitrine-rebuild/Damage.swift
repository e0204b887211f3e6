import Glibc

/// Where damaged views may end the process: LMDB trusts its pages, so it may read beyond the file or fail a check of its own in the
/// middle of a call. The process then says `message` and exits.
struct Damage {
    let message: String
    private let exitCode: Int32

    init(_ message: String, exitCode: Int32) { (self.message, self.exitCode) = (message, exitCode) }

    /// What such reads end in.
    private static let signals = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE]

    func guarding<Result>(_ body: () throws -> Result) rethrows -> Result {
        lastWords.bytes = Array("vitrine-rebuild: \(message)\n".utf8)
        lastWords.exitCode = exitCode
        for signal in Damage.signals { Glibc.signal(signal) { _ in lastWords.say() } }
        defer { for signal in Damage.signals { Glibc.signal(signal, SIG_DFL) } }
        return try body()
    }
}

/// What a signal's handler says: it may neither allocate nor lock.
private struct LastWords {
    var bytes: [UInt8] = []
    var exitCode: Int32 = 1

    func say() -> Never {
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        _exit(exitCode)
    }
}

/// Set by the only thread that reads views, before it does.
nonisolated(unsafe) private var lastWords = LastWords()
