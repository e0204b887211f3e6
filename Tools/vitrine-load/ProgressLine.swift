import Glibc
import Program

/// One line on standard error that keeps being rewritten; nothing at all when that is no terminal.
struct ProgressLine {
    private let isShown = isatty(STDERR_FILENO) == 1

    func show(elapsed: Double, total: Double, rate: Double, errors: Int) {
        guard isShown else { return }
        let time = "\(Readable.decimal(min(elapsed, total), places: 0)) of \(Readable.decimal(total, places: 0)) s"
        put("\r\u{1B}[K\(time)  \(Readable.rate(rate)) requests/s  \(Readable.count(errors)) errors")
    }

    func clear() {
        if isShown { put("\r\u{1B}[K") }
    }

    private func put(_ text: String) { StandardError.write(text) }
}
