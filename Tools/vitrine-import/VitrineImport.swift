import ArgumentParser
import Program

@main
struct VitrineImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-import",
        abstract: "Brings a market into Vitrine, from real data or made from a seed.",
        discussion:
            "Running an import again has no effect: what is so already stays as it is.",
        version: "vitrine-import \(version)",
        subcommands: [Retail.self, Catalog.self, Generate.self])

    static func main() { runProgram() }
}
