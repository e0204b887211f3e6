import ArgumentParser
import Program

/// `vitrine-import generate`: a made-up market for demos, tests and benchmarks.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a market from a seed: the same seed and sizes give the same market.",
        discussion: """
            Sellers, customers and products of 2024, then the trade of 2025: orders and what becomes of them, reviews, new prices, \
            stock found and lost, new titles and names. Few categories, sellers and products have most of it (the share of \
            a rank is 1/rank). Ids are s1, c1, p1, o1 and so on, whatever the seed.
            """)

    @Option(help: ArgumentHelp("Products to add.", valueName: "n"), transform: Arguments.number(0...countMax))
    var products: Int

    @Option(help: ArgumentHelp("Orders to place.", valueName: "n"), transform: Arguments.number(0...countMax))
    var orders: Int

    @Option(
        help: ArgumentHelp("What the market follows from: a number from 0.", valueName: "s"),
        transform: Arguments.number(0...UInt64.max))
    var seed: UInt64

    @Option(
        help: ArgumentHelp("Sellers (default: one for 100 products).", valueName: "n"),
        transform: Arguments.number(1...countMax))
    var sellers: Int?

    @Option(
        help: ArgumentHelp("Categories (default: one for 200 products, at most 500).", valueName: "n"),
        transform: Arguments.number(1...countMax))
    var categories: Int?

    @Option(
        help: ArgumentHelp("Customers (default: one for 8 orders).", valueName: "n"),
        transform: Arguments.number(1...countMax))
    var customers: Int?

    @OptionGroup var destination: Destination

    /// Products and orders stay below what the arithmetic of times and popularity can hold.
    private static let countMax = 100_000_000

    func validate() throws {
        guard orders == 0 || products > 0 else {
            throw ValidationError("--orders \(orders) needs products to order: give --products")
        }
    }

    func run() throws {
        var run = ImportRun()
        let sink = try destination.openSink()
        let market = GeneratedMarket(
            seed: seed, currency: sink.currency,
            size: GeneratedMarket.Size(
                products: products, orders: orders, sellers: sellers, categories: categories, customers: customers))
        try run.send(market, to: sink)
        try run.finish(sink.outcomes)
    }
}
