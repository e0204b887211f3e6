import Glibc
import POSIX
import Program

/// How far it is, on a terminal only and ten times a second at most.
final class ProgressLine {
    private let end: UInt64
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownAt: UInt64 = 0

    init(end: UInt64) { self.end = end }

    func show(_ position: UInt64) {
        let now = Clock.monotonicNanoseconds
        guard isTerminal, now - shownAt > 100_000_000 else { return }
        shownAt = now
        StandardError.write("\rposition \(position) of \(end)")
    }

    func clear() {
        if shownAt > 0 { StandardError.write("\r\u{1B}[K") }
    }
}
