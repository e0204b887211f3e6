import ArgumentParser
import Marketplace

/// `vitrine-import retail`: the invoice lines of UCI "Online Retail".
struct Retail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Imports invoice lines with the columns of UCI \"Online Retail\".",
        discussion: """
            The file names no currency: its prices are taken in what the market trades in, pounds sterling in a new directory.

            A file that grew brings in what is new in it: customers, products and orders, and a product's new title and \
            price. An order that is there stays as it was placed: one that has other rows now is rejected and named.

            For example: zstdcat online-retail.csv.zst | vitrine-import retail - --data vitrine-data
            """)

    @Argument(help: ArgumentHelp("The CSV file, or - for standard input.", valueName: "file.csv"))
    var file: String

    @OptionGroup var destination: Destination

    func run() throws {
        var run = ImportRun()
        let input = try InputFile(file, kind: "CSV")
        let (opened, currency) = try destination.openForCurrency()
        let reader = CSVReader(name: input.name, read: input.read)
        let market = try RetailMarket(reading: reader, named: input.name, currency: currency) {
            run.showProgress("reading line \($0.grouped)")
        }
        var retailImport = RetailImport(market)
        try retailImport.send(to: try opened ?? destination.openSink()) { run.showProgress($0) }
        run.clearProgress()
        for line in market.summary { print(line) }
        try run.finish(retailImport.outcomes, skipped: market.skipped.malformed)
    }
}

extension RetailMarket {
    /// Reads a whole file. `progress` is told the line number now and then.
    init(
        reading reader: CSVReader, named name: String, currency: Currency, progress: (Int) -> Void = { _ in }
    ) throws(ImportError) {
        self.init(currency: currency)
        var reader = reader
        var record = CSVRecord()
        guard try reader.next(into: &record) else {
            throw ImportError("\(name): the file is empty; \"Online Retail\" begins with a header line")
        }
        let columns = try RetailColumns(header: record, file: name)
        var count = 0
        while try reader.next(into: &record) {
            add(record, columns)
            count += 1
            if count % 4_096 == 0 { progress(record.line) }
        }
        if let dayFirst, !isMonthFirst {
            throw ImportError(
                "\(name), line \(dayFirst.line): InvoiceDate \(dayFirst.text) is written day first, and \"Online Retail\" is "
                    + "read month first: write dates as 2010-12-31 08:26; nothing was imported")
        }
        guard !lines.isEmpty else {
            let reasons = skipped.summary.dropFirst().map { $0.trimmed }.joined(separator: ", ")
            throw ImportError("\(name): none of \(count.grouped) lines can be imported: \(reasons)")
        }
        arrange()
    }
}

extension String {
    fileprivate var trimmed: Substring { drop { $0 == " " } }
}
