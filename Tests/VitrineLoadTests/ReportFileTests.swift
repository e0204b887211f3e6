import Glibc
import Testing

@testable import vitrine_load

/// A report file is there whole, or as it was before.
@Suite struct ReportFileTests {
    private let directory: String
    private var path: String { directory + "/report.json" }

    init() throws { directory = try LoadProcess.makeDirectory() }

    private func write(_ text: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(file >= 0)
        #expect(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    /// The names in the directory; removes it.
    private func takeNames() -> [String] {
        var names: [String] = []
        guard let stream = opendir(directory) else { return names }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." {
                names.append(name)
                unlink("\(directory)/\(name)")
            }
        }
        closedir(stream)
        rmdir(directory)
        return names
    }

    @Test func aRunThatFailsLeavesNoReport() throws {
        let run = try LoadProcess(["http://127.0.0.1:1/", "--report", path], withReport: false)
        #expect(run.exitCode == 1)
        #expect(takeNames() == [])
    }

    @Test func aRunThatFailsLeavesTheReportBefore() throws {
        try write("earlier")
        #expect(try LoadProcess(["http://127.0.0.1:1/", "--report", path], withReport: false).exitCode == 1)
        #expect(LoadProcess.contents(of: path) == "earlier")
        #expect(takeNames() == ["report.json"])
    }

    @Test func aWriteThatFailsLeavesTheReportBefore() throws {
        let server = try TestServer { _, _ in .ok("fine") }
        defer { server.stop() }
        try write("earlier")
        let run = try LoadProcess(
            [server.url + "/thing", "--connections", "1", "--duration", "100ms", "--report", path], withReport: false,
            through: ["/usr/bin/prlimit", "--fsize=400:400"])
        #expect(run.exitCode == 1)
        #expect(
            run.errors.hasSuffix("cannot write report \(path): File too large; choose another --report\n"), "\(run)")
        #expect(LoadProcess.contents(of: path) == "earlier")
        #expect(takeNames() == ["report.json"])
    }

    @Test func aReportTakesThePlaceOfTheOneBefore() throws {
        let server = try TestServer { _, _ in .ok("fine") }
        defer { server.stop() }
        try write("earlier")
        let run = try LoadProcess(
            [server.url + "/thing", "--connections", "1", "--duration", "100ms", "--report", path], withReport: false)
        #expect(run.exitCode == 0, "\(run)")
        #expect(JSONValue(parsing: Array(LoadProcess.contents(of: path).utf8))?["requests"] != nil)
        #expect(takeNames() == ["report.json"])
    }

    @Test func aLinkStaysALink() throws {
        let server = try TestServer { _, _ in .ok("fine") }
        defer { server.stop() }
        try write("earlier")
        #expect(rename(path, directory + "/target.json") == 0 && symlink("target.json", path) == 0)
        _ = try LoadProcess(
            [server.url + "/thing", "--connections", "1", "--duration", "100ms", "--report", path],
            withReport: false)
        #expect(LoadProcess.contents(of: directory + "/target.json").hasPrefix("{"))
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        _ = takeNames()
    }
}
