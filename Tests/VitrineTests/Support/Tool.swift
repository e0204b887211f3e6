import Foundation

/// Runs one of the tools, which lie beside the test bundle as the server does, to its end.
enum Tool: String {
    case `import` = "vitrine-import"
    case rebuild = "vitrine-rebuild"

    struct Result {
        let exit: Int32
        let output: String
        let errors: String
    }

    func run(_ arguments: [String], in data: DataDirectory) throws -> Result {
        let (output, errors) = (data.freshErrorFile(), data.freshErrorFile())
        for path in [output, errors] { try Data().write(to: URL(filePath: path)) }
        let process = Process()
        process.executableURL = URL(filePath: ServerProcess.executable).deletingLastPathComponent()
            .appending(path: rawValue)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(data.environment) { $1 }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        return Result(
            exit: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }
}
