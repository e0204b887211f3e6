import ArgumentParser

/// `--data DIR` or `--server URL`: where an import goes.
struct Destination: ParsableArguments {
    @Option(help: ArgumentHelp("Write into this data directory, offline.", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("Send to this running server, which must accept imports.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("Connections to the server, 1–1024.", valueName: "n"))
    var connections = 16

    func validate() throws {
        guard (data == nil) != (server == nil) else {
            throw ValidationError("say where the import goes: either --data DIR or --server URL")
        }
        guard (1...1_024).contains(connections) else {
            throw ValidationError("--connections \(connections) is out of its bounds: give 1 to 1024")
        }
    }

    func openSink() throws(ImportError) -> any Sink {
        if let server {
            return try ServerSink(address: ServerAddress(server), connectionCount: connections)
        }
        // `validate` saw to it that one of the two is there.
        return try DataSink(path: data ?? "")
    }
}
