import Foundation
import Testing

/// What all programs do alike with their command line.
@Suite struct ProgramTests {
    private static let names = ["vitrine", "vitrine-import", "vitrine-load", "vitrine-rebuild"]

    @Test(arguments: names) func theVersionHasTheProgramsName(name: String) throws {
        let run = try Self.run(name, ["--version"])
        #expect(run.exit == 0 && run.output == "\(name) 0.1.0\n" && run.errors.isEmpty, "\(run)")
    }

    @Test(arguments: names) func helpIsAnAnswer(name: String) throws {
        let run = try Self.run(name, ["--help"])
        #expect(run.exit == 0 && run.output.contains("USAGE: \(name)") && run.errors.isEmpty, "\(run)")
    }

    private static let wrong: [(name: String, arguments: [String], says: String)] = [
        ("vitrine", ["--nonsense"], "Unknown option '--nonsense'"),
        ("vitrine", ["surplus"], "Unexpected argument 'surplus'"),
        ("vitrine", ["--data"], "Missing value for '--data"),
        ("vitrine-import", ["retail"], "Missing expected argument '<file.csv>'"),
        ("vitrine-import", ["generate", "--products", "many"], "give a whole number from 0 to 100000000"),
        ("vitrine-import", ["generate", "--products", "-1"], "'-1' is invalid for '--products <n>': give a whole"),
        (
            "vitrine-import", ["generate", "--seed", "-1"],
            "'-1' is invalid for '--seed <s>': give a whole number from 0"
        ),
        ("vitrine-load", ["http://127.0.0.1:1", "--loops", "-1"], "give a whole number from 1 to 256"),
        ("vitrine-rebuild", [], "Missing expected argument '--data <dir>'"),
        (
            "vitrine-rebuild", ["--data", "x", "--to", "-1"],
            "'-1' is invalid for '--to <to>': give a whole number from 0"
        ),
    ]

    @Test(arguments: wrong) func aWrongCommandLineIsOneLine(name: String, arguments: [String], says: String) throws {
        let run = try Self.run(name, arguments)
        #expect(run.exit == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errors.hasPrefix("\(name): ") && run.errors.hasSuffix("; see \(name) --help\n"), "\(run)")
        #expect(run.errors.contains(says) && run.errors.split(separator: "\n").count == 1, "\(run)")
    }

    private static let failing: [(name: String, arguments: [String], says: String)] = [
        ("vitrine", ["--loops", "-1"], "--loops is '-1', but must be a number from 1 to 64"),
        ("vitrine", ["--config", "/tmp"], "read /tmp: Is a directory: name a TOML file"),
        ("vitrine-import", ["retail", "/nowhere.csv", "--server", "http://127.0.0.1:1"], "/nowhere.csv"),
        ("vitrine-load", ["http://127.0.0.1:1/"], "Connection refused"),
        ("vitrine-rebuild", ["--data", "/nowhere"], "/nowhere holds no event log: check --data"),
    ]

    @Test(arguments: failing) func aFailureIsOneLine(name: String, arguments: [String], says: String) throws {
        let run = try Self.run(name, arguments)
        #expect(run.exit == 1 && run.output.isEmpty, "\(run)")
        #expect(run.errors.hasPrefix("\(name): ") && run.errors.contains(says), "\(run)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run)")
    }

    /// The programs lie beside each other.
    private static func run(
        _ name: String, _ arguments: [String]
    ) throws -> (exit: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: ServerProcess.executable).deletingLastPathComponent().appending(
            path: name)
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }
}
