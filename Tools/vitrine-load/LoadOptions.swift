import ArgumentParser
import Program

/// What the command line says.
struct LoadOptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-load",
        abstract: "Puts load on an HTTP server and says how fast and how right its answers are.",
        discussion: """
            Closed loop (--connections): each connection sends its next request when its answer has come.
            Open loop (--rate): requests are due at even intervals and their latency counts from then, so that a \
            server that stalls shows all the waiting it caused.

              vitrine-load http://127.0.0.1:8080/v1/products
              vitrine-load http://127.0.0.1:8080 --mix browse --rate 20000 --report load.html

            Exits 0 when every answer was right, 1 when one was wrong or the run failed, 64 for a wrong command line.
            """,
        version: "vitrine-load \(version)")

    enum Mix: String, ExpressibleByArgument, CaseIterable { case browse, buy }

    @Argument(help: "The server, http only; with a path, that path is loaded.", transform: TargetURL.parse)
    var url: TargetURL

    @Option(help: "Open loop: requests a second.")
    var rate: Double?

    @Option(
        help: "Closed loop: how many connections (64 unless --rate is given).",
        transform: Arguments.number(connectionBounds))
    var connections: Int?

    @Option(
        help: "Open loop: the most connections to open (default: 512).", transform: Arguments.number(connectionBounds))
    var maxConnections: Int?

    @Option(help: "How long to measure: 500ms, 30s, 2m (default: 30s).", transform: TimeSpan.parse)
    var duration = TimeSpan.seconds(30)

    @Option(help: "How long to run before measuring begins (default: 0s).", transform: TimeSpan.parse)
    var warmup = TimeSpan.seconds(0)

    @Option(help: "How long to wait for an answer (default: 10s).", transform: TimeSpan.parse)
    var timeout = TimeSpan.seconds(10)

    @Option(help: "browse: a storefront's pages as visitors ask for them (what an address alone gets). buy: orders.")
    var mix: Mix?

    @Option(help: "A path and query to GET.", transform: TargetURL.checked)
    var path: String?

    @Option(
        name: [.customLong("loops"), .customLong("threads")], help: "Event loops, a thread each.",
        transform: Arguments.number(1...256))
    var loops = 1

    @Option(help: "Makes the random choices of a mix repeatable.", transform: Arguments.number(0...UInt64.max))
    var seed: UInt64 = 1

    @Option(help: "Also write the report to FILE.html or FILE.json; may be repeated.", transform: ReportFile.parse)
    var report: [ReportFile] = []

    /// Bounds that catch a slip of the hand; the machine's own come earlier.
    private static let connectionBounds = 1...100_000
    static let highestRate = 10_000_000.0

    func validate() throws {
        if rate != nil && connections != nil {
            throw ValidationError("--rate is an open loop and --connections a closed one; give one of them")
        }
        if let rate, !(rate > 0 && rate <= Self.highestRate) {
            throw ValidationError("--rate must be above 0 and at most 10000000 requests a second")
        }
        if maxConnections != nil && rate == nil {
            throw ValidationError("--max-connections bounds an open loop; give --rate with it, or --connections")
        }
        guard duration.nanoseconds > 0, timeout.nanoseconds > 0 else {
            throw ValidationError("--duration and --timeout must be above zero, as in 30s")
        }
        if path != nil && mix != nil { throw ValidationError("--path and --mix exclude each other; give one of them") }
        if let inURL = url.path, path != nil || mix != nil {
            throw ValidationError("the URL has the path \(inURL) already; leave it out, or --path and --mix")
        }
    }
}
