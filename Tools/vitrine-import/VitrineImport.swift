import ArgumentParser
import Glibc

@main
struct VitrineImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-import",
        abstract: "Brings a market into Vitrine, from real data or made from a seed.",
        discussion:
            "Running an import again has no effect: every command carries a key under which its outcome is remembered.",
        version: "0.1.0",
        subcommands: [Retail.self, Catalog.self, Generate.self])

    /// A failure is one line on standard error, whoever finds it; help and version are answers.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as ImportError {
            fail(error.description, code: EXIT_FAILURE)
        } catch {
            let code = exitCode(for: error)
            guard code != .success, !(error is CleanExit) else { exit(withError: error) }
            fail("\(message(for: error)); see vitrine-import --help", code: code.rawValue)
        }
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        // What other programs say may have line ends in it; the contract's line has none.
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardError.write("vitrine-import: \(line)\n")
        Glibc.exit(code)
    }
}
