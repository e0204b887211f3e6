import Glibc
import POSIX

/// Where a report goes and in which form, by the ending of its name.
struct ReportFile: Equatable, Sendable {
    enum Form: Sendable { case json, html }

    let path: String
    let form: Form

    static func parse(_ path: String) throws(LoadError) -> ReportFile {
        if path.hasSuffix(".json") { return ReportFile(path: path, form: .json) }
        if path.hasSuffix(".html") { return ReportFile(path: path, form: .html) }
        throw LoadError("report '\(path)' must end in .json or .html")
    }

    /// Fails before the run and not after it when the file cannot be written. What an earlier run left stays until then.
    func checkWritable() throws(LoadError) {
        try attempt { target throws(SystemError) in try Files.checkReplaceable(target) }
    }

    /// Writes the file whole; where that fails, what an earlier run left stays.
    func write(_ report: LoadReport) throws(LoadError) {
        let bytes =
            switch form {
            case .json: report.json
            case .html: report.html
            }
        try attempt { target throws(SystemError) in try Files.replace(target, with: bytes) }
    }

    private func attempt(_ body: (_ target: String) throws(SystemError) -> Void) throws(LoadError) {
        do throws(SystemError) {
            try body(target)
        } catch {
            let reason = String(cString: strerror(error.code))
            throw LoadError("cannot write report \(path): \(reason); choose another --report")
        }
    }

    /// Where a link leads: the file there is replaced, not the link.
    private var target: String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
