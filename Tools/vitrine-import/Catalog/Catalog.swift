import ArgumentParser
import Marketplace

/// `vitrine-import catalog`: a generic product list.
struct Catalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Imports a product list: CSV with a header line, or a JSON object a line.",
        discussion: """
            CSV columns, in any order: productId, sku, sellerId (or seller), sellerName, title, description, category, \
            price (a decimal such as 19.99) or priceMinor (or amount; minor units such as 1999), currency, imageUrl, stock, \
            occurredAt. Needed are sellerId, title, category, a price, stock, and productId or sku: each stands in for the \
            other. JSON lines have AddProduct's fields, and may have sellerName and priceMinor. Other columns and fields are \
            named once and ignored.

            Sellers that do not exist are registered, under sellerName or their id; one that exists gets a sellerName that \
            differs. Seller and sku make a product. Without a productId it keeps the id it has, and a new one gets an id like \
            its sku, with a suffix where that is another product's; a line whose productId is another product's is skipped. \
            A product that exists gets the list's title, description, category, image and price where they differ; an empty \
            cell or null clears description and image, an absent one leaves them. Its stock becomes the list's where that is \
            not what the last list said: importing the same list again does not undo what was sold since. --keep-stock \
            leaves the stock of existing products alone. Products that are not in the list stay.

            Lines that cannot be used are skipped, counted by reason and named with their line numbers; the exit code is \
            then 1.

            For example: vitrine-import catalog products.csv --data vitrine-data
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, ndjson
    }

    @Argument(help: ArgumentHelp("The .csv or .ndjson file, or - for standard input.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("csv or ndjson (default: by the file's name).", valueName: "format"))
    var format: Format?

    @Flag(help: "Leave the stock of products that exist as it is.")
    var keepStock = false

    @OptionGroup var destination: Destination

    func validate() throws {
        guard format != nil || Self.format(ofFile: file) != nil else {
            throw ValidationError(
                "what \(file == "-" ? "standard input" : file) holds does not show in its name: give --format csv or --format ndjson"
            )
        }
    }

    func run() throws {
        var run = ImportRun()
        let input = try InputFile(file, kind: "CSV or NDJSON")
        // A directory is made only once there is a product for it.
        let (opened, currency) = try destination.openForCurrency()
        let reader = CatalogReader(name: input.name, currency: currency) { run.showProgress("reading line \($0)") }
        // `validate` saw to it that one of the two is there.
        let list =
            switch format ?? Self.format(ofFile: file) ?? .csv {
            case .csv: try reader.read(csv: CSVReader(name: input.name, read: input.read))
            case .ndjson: try reader.read(lines: LineReader(read: input.read))
            }
        var catalogImport = CatalogImport(list, keepsStock: keepStock)
        let sink = try opened ?? destination.openSink()
        try catalogImport.send(to: sink) { run.showProgress($0) }
        try run.finish(catalogImport, named: input.name)
    }

    static func format(ofFile file: String) -> Format? {
        let name = file.lowercased()
        if name.hasSuffix(".csv") { return .csv }
        return name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") ? .ndjson : nil
    }
}
