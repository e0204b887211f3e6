import Glibc
import POSIX

/// Standard error, a line at a time.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func write(_ line: String, end: String = "\n") {
        let bytes = Array((line + end).utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress!, $0.count) }
    }
}

/// How far it is, on a terminal only and ten times a second at most.
final class ProgressLine {
    private let end: UInt64
    private var shownAt: UInt64 = 0

    init(end: UInt64) { self.end = end }

    func show(_ position: UInt64) {
        let now = Clock.monotonicNanoseconds
        guard StandardError.isTerminal, now - shownAt > 100_000_000 else { return }
        shownAt = now
        StandardError.write("\rposition \(position) of \(end)", end: "")
    }

    func clear() {
        if shownAt > 0 { StandardError.write("\r\u{1B}[K", end: "") }
    }
}
