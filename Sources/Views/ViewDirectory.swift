import LMDB
import Marketplace
import POSIX

/// `views/` of a data directory: a directory for each build, and `current`, which names the live one.
public struct ViewDirectory: Sendable {
    public let path: String

    /// `dataDirectory` is the data directory; `views/` in it is made when something is written.
    public init(dataDirectory: String) { path = dataDirectory + "/views" }

    private var currentFile: String { path + "/current" }

    /// The path of the live build; nil when `current` is missing or names nothing that is there.
    public func currentPath() throws(SystemError) -> String? {
        guard let name = try Files.read(currentFile) else { return nil }
        let build = path + "/" + String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return Files.exists(build + "/data.mdb") ? build : nil
    }

    /// An empty build beside the others, at position 0 of a log.
    public func makeBuild(currency: Currency, identityHigh: UInt64, identityLow: UInt64) throws -> ViewBuild {
        try Directory.create(path)
        let name = String((try names().compactMap { Int($0) }.max() ?? 0) + 1)
        try Directory.create(path + "/" + name)
        let build = try ViewBuild.create(
            path: path + "/" + name, currency: currency, identityHigh: identityHigh, identityLow: identityLow)
        // LMDB never synchronizes its directory.
        try Directory.synchronize(path + "/" + name)
        return build
    }

    /// Makes a build the live one, at once for everybody who opens views from now on, and durably with all that is in it.
    public func switchCurrent(to build: ViewBuild) throws {
        try build.synchronize()
        let name = build.path.split(separator: "/").last.map(String.init) ?? build.path
        try Files.replace(currentFile, with: Array((name + "\n").utf8))
    }

    /// Removes every build but the live one: what a crash or a switch left behind.
    public func removeOthers(except build: ViewBuild) throws(SystemError) {
        for name in try names() where path + "/" + name != build.path { try Files.removeTree(path + "/" + name) }
    }

    public func remove(_ build: String) throws(SystemError) { try Files.removeTree(build) }

    /// The names of the builds: numbers, counted up.
    private func names() throws(SystemError) -> [String] {
        guard Files.exists(path) else { return [] }
        return try Directory.list(path).filter { Int($0) != nil }
    }
}
