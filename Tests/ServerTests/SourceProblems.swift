import Foundation
import HTTP

/// The problems that a room's source spells out, read from the source: they are made where they happen, in no list.
enum SourceProblems {
    /// Each as `slug status`.
    static func all(inRoom room: String) throws -> Set<String> {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/\(room)")
        var found: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: sources.path) where name.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            for match in text.matches(of: /Problem\(\s*"([a-z-]+)",\s*\.(\w+)/) {
                guard let status = statuses[String(match.2)] else { throw Unknown(status: String(match.2)) }
                found.insert("\(match.1) \(status)")
            }
            // `unknown-\(kind)`
            for match in text.matches(of: /notFound\(\s*kind: "(\w+)"/) { found.insert("unknown-\(match.1) 404") }
        }
        return found
    }

    struct Unknown: Error { var status: String }

    private static let statuses: [String: UInt16] = {
        let all = (100...599).compactMap { Status(rawValue: $0) }
        return Dictionary(uniqueKeysWithValues: all.map { ("\($0)", $0.rawValue) })
    }()
}
