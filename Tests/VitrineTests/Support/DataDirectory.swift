import Foundation

import class POSIX.Monitor

/// A directory of its own for a test, removed when nobody holds it any more. The server's data are in `path`.
final class DataDirectory: Sendable {
    let root: String
    /// What programs that use it need in their environment.
    let environment: [String: String]
    private let starts = Monitor(0)

    init(environment: [String: String] = [:]) throws {
        self.environment = environment
        root = FileManager.default.temporaryDirectory.path + "/vitrine-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: root) } catch { print("left behind: \(root): \(error)") }
    }

    var path: String { root + "/data" }
    var log: String { path + "/log" }
    var views: String { path + "/views" }

    /// Where the next server's standard error goes; those before stay readable.
    func freshErrorFile() -> String {
        starts.withLock { starts in
            starts += 1
            return root + "/stderr-\(starts)"
        }
    }

    /// The LMDB file of the live build.
    func viewsFile() throws -> String { try liveBuild() + "/data.mdb" }
    func syncPointFile() throws -> String { try liveBuild() + "/sync-point" }

    func newestSegment() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: log).filter { $0.hasSuffix(".log") }
        guard let newest = names.max() else { throw CocoaError(.fileNoSuchFile) }
        return log + "/" + newest
    }

    private func liveBuild() throws -> String {
        let name = try String(contentsOfFile: views + "/current", encoding: .utf8)
        return views + "/" + name.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: root + "/" + name, atomically: true, encoding: .utf8)
        return root + "/" + name
    }
}
