import ArgumentParser
import Marketplace
import POSIX
import Program
import Server

/// `--data DIR` or `--server URL`: where an import goes.
struct Destination: ParsableArguments {
    @Option(help: ArgumentHelp("Write into this data directory, offline.", valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Send to this running server. What happened at other times than now needs its --accept-imports.",
            valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "What the market trades in: three letters (default: what the server or the directory says, GBP for a new directory).",
            valueName: "code"))
    var currency: String?

    @Option(
        help: ArgumentHelp("Connections to the server, 1–1024.", valueName: "n"), transform: Arguments.number(1...1_024)
    )
    var connections = 16

    func validate() throws {
        guard (data == nil) != (server == nil) else {
            throw ValidationError("say where the import goes: either --data DIR or --server URL")
        }
        if let currency, Currency(currency) == nil {
            throw ValidationError("--currency \(currency) is no currency: give three capital letters, such as GBP")
        }
    }

    private var asked: Currency? { currency.flatMap { Currency($0) } }

    /// What the market will trade in that opening the sink would make; nil when there is one.
    private var currencyOfNew: Currency? {
        guard let data, !Files.exists(data + "/log") else { return nil }
        return asked ?? DataDirectory.currencyOfNew
    }

    /// What the market trades in, to read a file by. A new directory is left to be made when the file was read; anything
    /// else is opened for it.
    func openForCurrency() throws(ImportError) -> (opened: (any Sink)?, currency: Currency) {
        if let currencyOfNew { return (nil, currencyOfNew) }
        let sink = try openSink()
        return (sink, sink.currency)
    }

    /// Opens the market; a data directory that is not there is made.
    func openSink() throws(ImportError) -> any Sink {
        // `validate` saw to it that one of the two is there.
        guard let server else { return try DataSink(path: data ?? "", currency: asked) }
        let address = try ServerAddress(server)
        let found = try ServerCurrency.learn(from: address)
        guard asked == nil || asked == found else {
            throw ImportError("--server \(server) trades in \(found), not \(currency ?? ""): leave --currency out")
        }
        return try ServerSink(address: address, currency: found, connectionCount: connections)
    }
}
