import ArgumentParser
import Program
import Server

/// The server: `vitrine --data ./vitrine-data`.
@main
struct Vitrine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine",
        abstract: "The read side of a marketplace: product lists and orders over HTTP, from an event log.",
        discussion: """
            Each option can also be set by an environment variable (VITRINE_CACHE_BYTES for --cache-bytes) or in the \
            TOML file of --config (cache-bytes = "256MiB"); flags come first, then the environment, then the file.
            """,
        version: "vitrine \(version)")

    @Option(help: "Directory of the log and all that is made from it. (default: ./vitrine-data)")
    var data: String?
    @Option(help: "Address to listen on; port 0 takes a free one, localhost is 127.0.0.1. (default: 127.0.0.1:8080)")
    var listen: String?
    @Option(help: "Serving threads. (default: one for each core)")
    var loops: String?
    @Option(help: "Memory of the response caches together, such as 256MiB; 0 turns them off. (default: 256MiB)")
    var cacheBytes: String?
    @Option(help: "Currency of a new data directory: three letters. (default: GBP)")
    var currency: String?
    @Option(help: "Free disk space below which commands are refused. (default: 16MiB)")
    var diskReserve: String?
    @Option(help: "TOML file with options.")
    var config: String?
    @Flag(help: "Take occurredAt, unitPrice and status in commands, as imports send them.")
    var acceptImports = false
    @Flag(
        help: "Go on with a log of which acknowledged events are gone, under a new identity. Without it a start refuses.")
    var acceptLoss = false
    @Flag(help: "Serve on an address that others can reach, without access control.")
    var allowAnonymous = false
    @Option(
        help: "Origin whose pages may read answers, such as https://shop.example; * for every one. May be repeated.")
    var corsOrigin: [String] = []
    @Flag(help: "Check the options and exit.")
    var checkConfig = false

    static func main() {
        VitrineServer.prepareForSignals()
        runProgram()
    }

    func run() throws {
        let configuration = try settings().configuration()
        if checkConfig {
            try configuration.check()
            return print("vitrine: the configuration is valid")
        }
        try VitrineServer(configuration) { StandardError.write("vitrine: \($0)\n") }.run()
    }

    private func settings() throws -> Settings {
        var flags: [String: String] = [:]
        flags["data"] = data
        flags["listen"] = listen
        flags["loops"] = loops
        flags["cache-bytes"] = cacheBytes
        flags["currency"] = currency
        flags["disk-reserve"] = diskReserve
        if !corsOrigin.isEmpty { flags["cors-origin"] = corsOrigin.joined(separator: ",") }
        if acceptImports { flags["accept-imports"] = "true" }
        if acceptLoss { flags["accept-loss"] = "true" }
        if allowAnonymous { flags["allow-anonymous"] = "true" }
        return try Settings(flags: flags, file: config)
    }
}
