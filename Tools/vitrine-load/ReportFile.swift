import Glibc

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
    func checkWritable() throws(LoadError) { close(try openFile(flags: 0)) }

    func write(_ report: LoadReport) throws(LoadError) {
        let file = try openFile(flags: O_TRUNC)
        let bytes =
            switch form {
            case .json: report.json
            case .html: report.html
            }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, $0.count - written) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                close(file)
                throw LoadError("cannot write report \(path): \(reason)")
            }
            written += count
        }
        guard close(file) == 0 else {
            throw LoadError("cannot write report \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func openFile(flags: Int32) throws(LoadError) -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
        guard file >= 0 else {
            throw LoadError("cannot write report \(path): \(String(cString: strerror(errno))); choose another --report")
        }
        return file
    }
}
