import Foundation
import Testing

/// Keeps true what the source tree promises: which room may import which, no Foundation while serving, the layout.
@Suite struct TidyTests {
    /// The rooms, lowest first. A room imports only rooms before it.
    static let rooms = [
        "POSIX", "LMDB", "EventLoop", "JSON", "HTTP", "Marketplace", "EventLog", "Decisions", "Views", "Projector",
        "Queries", "Server", "Program",
    ]

    /// Rooms that stand below but must stay unknown: rules without storage, views that only the projector feeds.
    static let forbidden: [String: Set<String>] = [
        "JSON": ["LMDB", "EventLoop"],
        "HTTP": ["LMDB", "EventLoop"],
        "Marketplace": ["POSIX", "LMDB", "EventLoop", "HTTP"],
        "EventLog": ["LMDB", "EventLoop", "JSON", "HTTP", "Marketplace"],
        "Decisions": ["EventLoop", "HTTP"],
        "Views": ["EventLoop", "HTTP", "EventLog", "Decisions"],
        "Projector": ["EventLoop", "HTTP", "Decisions"],
        "Queries": ["EventLoop", "EventLog", "Decisions", "Projector"],
    ]

    static let topLevel: Set<String> = [
        "Package.swift", "Sources", "Tests", "Benchmarks", "Tools", "README.md", "LICENSE",
    ]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: rooms) func aRoomImportsOnlyRoomsBelowIt(_ room: String) throws {
        let files = try Self.swiftFiles(under: "Sources/\(room)")
        #expect(!files.isEmpty, "Sources/\(room) holds no Swift file")
        let below = Set(Self.rooms.prefix { $0 != room }).subtracting(Self.forbidden[room] ?? [])
        for file in files {
            let imported = try Self.imports(of: file).intersection(Self.rooms)
            #expect(imported.isSubset(of: below), "\(file) imports \(imported.subtracting(below).sorted())")
        }
    }

    @Test func everyRoomIsInTheOrder() throws {
        let sources = try FileManager.default.contentsOfDirectory(atPath: Self.root.path + "/Sources")
        let wrappers = sources.filter { $0.hasPrefix("C") }
        #expect(Set(sources).subtracting(wrappers) == Set(Self.rooms + ["vitrine"]))
    }

    @Test func nothingUnderSourcesImportsFoundation() throws {
        for file in try Self.swiftFiles(under: "Sources") {
            let found = try Self.imports(of: file).filter { $0.hasPrefix("Foundation") || $0 == "Dispatch" }
            #expect(found.isEmpty, "\(file) imports \(found.sorted())")
        }
    }

    @Test func nothingTakesALockThatThreadSanitizerCannotSee() throws {
        for file in try ["Sources", "Tools", "Benchmarks", "Tests"].flatMap(Self.swiftFiles) {
            let text = try String(contentsOfFile: Self.root.path + "/" + file, encoding: .utf8)
            #expect(!text.contains(/\bMutex\s*[<(]/), "\(file) uses Mutex: Monitor is the lock of this program")
        }
    }

    @Test func theTopLevelHoldsOnlyWhatBelongsThere() throws {
        let entries = Set(try Self.topLevelEntries())
        try #require(entries.contains("Package.swift"))
        let others = entries.filter { !$0.hasPrefix(".") }.subtracting(Self.topLevel)
        #expect(others.isEmpty, "unexpected at the top: \(others.sorted())")
    }

    @Test func theImportReaderKnowsEveryForm() {
        let text = """
            import A
            public import B
            @testable import C
            @preconcurrency internal import struct D.E
            // import F
            let text = "import G"
            """
        #expect(Self.imports(in: text) == ["A", "B", "C", "D"])
    }

    // MARK: Reading the tree

    /// Paths of Swift files, from the root.
    private static func swiftFiles(under directory: String) throws -> [String] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: root.path + "/" + directory)
        return found.filter { $0.hasSuffix(".swift") }.map { directory + "/" + $0 }
    }

    private static func imports(of file: String) throws -> Set<String> {
        imports(in: try String(contentsOfFile: root.path + "/" + file, encoding: .utf8))
    }

    /// The modules that `text` imports, whatever stands before and after `import`.
    private static func imports(in text: String) -> Set<String> {
        let attributes: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        var modules: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") || attributes.contains($0) }
            guard words.first == "import" else { continue }
            guard let module = words.dropFirst().first(where: { !kinds.contains($0) }) else { continue }
            modules.insert(String(module.prefix { $0 != "." }))
        }
        return modules
    }

    /// What git keeps at the top; where the tree was unpacked without git, or is another user's, what is there and not ignored.
    private static func topLevelEntries() throws -> [String] {
        if let files = try git("ls-files"), !files.isEmpty { return files.map { String($0.prefix { $0 != "/" }) } }
        let ignored = try String(contentsOfFile: root.path + "/.gitignore", encoding: .utf8).split(separator: "\n")
        return try FileManager.default.contentsOfDirectory(atPath: root.path).filter { entry in
            !ignored.contains { $0 == entry || $0 == entry + "/" }
        }
    }

    /// The lines that git prints; nil where it does not work on this tree.
    private static func git(_ arguments: String...) throws -> [String]? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", root.path] + arguments
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return text.split(separator: "\n").map(String.init)
    }
}
