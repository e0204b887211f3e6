import Glibc
import POSIX
import Program

/// A line on a terminal that says how far the work is; nothing in a pipe.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownAt: UInt64 = 0

    /// Shows `text()`, at most ten times a second.
    mutating func show(_ text: @autoclosure () -> String) {
        guard isTerminal else { return }
        let now = Clock.monotonicNanoseconds
        guard now - shownAt >= 100_000_000 else { return }
        shownAt = now
        write("\r\u{1B}[K" + text())
    }

    /// Takes the line away, so that other output starts on a clean one.
    mutating func clear() {
        guard shownAt != 0 else { return }
        shownAt = 0
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        StandardError.write(text)
    }
}
