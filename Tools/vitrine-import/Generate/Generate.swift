import ArgumentParser

/// `vitrine-import generate`: a made-up market for demos, tests and benchmarks.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a market from a seed: the same seed and sizes give the same market.",
        discussion: """
            Sellers, customers and products of 2024, then the trade of 2025: orders and what becomes of them, reviews, new prices, \
            stock found and lost, new titles and names. Few categories, sellers and products have most of it (the share of \
            a rank is 1/rank). Ids are s1, c1, p1, o1 and so on, whatever the seed.
            """)

    @Option(help: ArgumentHelp("Products to add.", valueName: "n"))
    var products: Int

    @Option(help: ArgumentHelp("Orders to place.", valueName: "n"))
    var orders: Int

    @Option(help: ArgumentHelp("What the market follows from: a number from 0.", valueName: "s"))
    var seed: UInt64

    @Option(help: ArgumentHelp("Sellers (default: one for 100 products).", valueName: "n"))
    var sellers: Int?

    @Option(help: ArgumentHelp("Categories (default: one for 200 products, at most 500).", valueName: "n"))
    var categories: Int?

    @Option(help: ArgumentHelp("Customers (default: one for 8 orders).", valueName: "n"))
    var customers: Int?

    @OptionGroup var destination: Destination

    /// Products and orders stay below what the arithmetic of times and popularity can hold.
    private static let countMax = 100_000_000

    func validate() throws {
        for (option, value, least) in [
            ("products", products, 0), ("orders", orders, 0), ("sellers", sellers ?? 1, 1),
            ("categories", categories ?? 1, 1), ("customers", customers ?? 1, 1),
        ] where !(least...Self.countMax).contains(value) {
            throw ValidationError(
                "--\(option) \(value) is out of its bounds: give \(least) to \(Self.countMax.grouped)")
        }
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
