import JSON
import Marketplace

/// Reads a whole product list. Lines are checked by the rules of AddProduct; those that break them are skipped.
struct CatalogReader {
    let name: String
    let currency: Currency
    /// Told the line number now and then.
    var progress: (Int) -> Void = { _ in }

    private static let progressStride = 4_096

    func read(csv: CSVReader) throws(ImportError) -> CatalogList {
        var (reader, record) = (csv, CSVRecord())
        var checker = Checker(currency)
        guard try reader.next(into: &record) else {
            throw ImportError("\(name): the file is empty; a product list begins with a header line")
        }
        let columns = try CatalogColumns(header: record, file: name)
        var list = CatalogList()
        (list.unknown, list.columnNames) = (columns.unknown, columns.names)
        var count = 0
        while try reader.next(into: &record) {
            do throws(CatalogFault) {
                try checker.add(CatalogFields(record, columns, currency), line: record.line, to: &list)
            } catch let fault {
                let error = columns.named(fault, in: record)
                list.skipped.add(error.field, line: record.line, detail: error.detail)
            }
            count += 1
            if count % Self.progressStride == 0 { progress(record.line) }
        }
        return try checked(list, count)
    }

    func read(lines: LineReader) throws(ImportError) -> CatalogList {
        var reader = lines
        var parser = JSONParser()
        var checker = Checker(currency)
        var list = CatalogList()
        var unknown: Set<String> = []
        var count = 0
        while let line = try reader.next() {
            if reader.number == 1, case .text(let text) = line,
                let fault = TextEncoding.fault(ofStart: text[...], file: name)
            {
                throw fault
            }
            do throws(CatalogFault) {
                guard case .text(let text) = line else {
                    throw CatalogFault("line", "is longer than \(LineReader.lineBytesMax.grouped) bytes")
                }
                guard text.contains(where: { $0 > 32 }) else { continue }
                count += 1
                let fields = try CatalogFields(text.span.bytes, parser: &parser, unknown: &unknown)
                do throws(CatalogFault) {
                    try checker.add(fields, line: reader.number, to: &list)
                } catch {
                    throw error.named(\.rawValue) { fields.text($0)?.utf8 }
                }
            } catch {
                list.skipped.add(error.field, line: reader.number, detail: error.detail)
            }
            if reader.number % Self.progressStride == 0 { progress(reader.number) }
        }
        list.unknown = unknown.sorted()
        return try checked(list, count)
    }

    private func checked(_ list: CatalogList, _ count: Int) throws(ImportError) -> CatalogList {
        guard !list.rows.isEmpty else {
            let reasons = list.skipped.summary.joined(separator: "; ")
            throw ImportError(
                "\(name): none of \(count.grouped) lines is a product\(reasons.isEmpty ? "" : ": \(reasons)")")
        }
        return list
    }
}

/// Holds lines against the rules of AddProduct.
private struct Checker: ~Copyable {
    private let context: DecodingContext
    private let currency: Currency
    private var parser = JSONParser()

    init(_ currency: Currency) {
        self.currency = currency
        // A line without an id is refused below, so none is ever made.
        context = DecodingContext(currency: currency, importsAllowed: true) { "" }
    }

    mutating func add(_ fields: CatalogFields, line: Int, to list: inout CatalogList) throws(CatalogFault) {
        guard fields.productId != nil || fields.sku != nil else {
            throw CatalogFault("productId", "and sku are missing")
        }
        let body = fields.addProduct(currency)
        let product: AddProduct
        do throws(Rejection) {
            product = try AddProduct(decoding: body, context, &parser)
        } catch {
            throw CatalogFault(error)
        }
        try list.add(product, body: body, of: fields, line: line)
    }
}

extension AddProduct {
    init(decoding body: [UInt8], _ context: borrowing DecodingContext, _ parser: inout JSONParser) throws(Rejection) {
        let name = Array("AddProduct".utf8)
        let submitted = try Command.decode(
            name: name.span.bytes, body: body.span.bytes, context: context, parser: &parser)
        guard case .addProduct(let product) = submitted.command else { preconditionFailure("AddProduct is no other") }
        self = product
    }
}
