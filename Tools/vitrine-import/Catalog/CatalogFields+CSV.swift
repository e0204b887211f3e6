import Marketplace

/// Which column of a file is which.
struct CatalogColumns {
    /// The header's number of columns.
    let count: Int
    /// Columns that are ignored.
    let unknown: [String]
    private var places: [CatalogColumn: Int] = [:]
    /// The header's own names, by place.
    private let header: [String]

    init(header: CSVRecord, file: String) throws(ImportError) {
        count = header.count
        self.header = (0..<header.count).map { String(decoding: RetailText.trimmed(header[$0]), as: UTF8.self) }
        var unknown: [String] = []
        for (index, name) in self.header.enumerated() {
            guard let column = CatalogColumn(named: name) else {
                unknown.append(name)
                continue
            }
            guard places[column] == nil else {
                throw ImportError(
                    "\(file), line \(header.line): the header has more than one column \(column.rawValue); leave one of them"
                )
            }
            places[column] = index
        }
        self.unknown = unknown
        let missing = CatalogColumn.required.filter { alternatives in alternatives.allSatisfy { places[$0] == nil } }
        guard missing.isEmpty else {
            let names = missing.map { $0.map(\.rawValue).joined(separator: " or ") }.joined(separator: ", ")
            throw ImportError(
                "\(file), line \(header.line): the header has no column \(names)\(TextEncoding.separatorHint(header)); the columns of a product list are "
                    + CatalogColumn.allCases.map(\.rawValue).joined(separator: ", "))
        }
    }

    /// A field without blanks around it; nil when its column is absent.
    func field(_ column: CatalogColumn, of record: CSVRecord) -> ArraySlice<UInt8>? {
        places[column].map { RetailText.trimmed(record[$0]) }
    }

    /// What the file calls a column; of the two prices the one that it has.
    func name(of column: CatalogColumn) -> String {
        let column = column == .price && places[.price] == nil ? .priceMinor : column
        return places[column].map { header[$0] } ?? column.rawValue
    }

    var names: [CatalogColumn: String] { places.mapValues { header[$0] } }

    func name(at index: Int) -> String { header[index] }

    /// A fault as the file's reader knows it: the file's own names, and the value at fault.
    func named(_ fault: CatalogFault, in record: CSVRecord) -> CatalogFault {
        fault.named(name) { column in
            let column = column == .price && places[.price] == nil ? .priceMinor : column
            return field(column, of: record).map { [UInt8]($0) }
        }
    }
}

extension CatalogFields {
    /// Reads a record. Money has as many decimals as `currency` has.
    init(_ record: CSVRecord, _ columns: CatalogColumns, _ currency: Currency) throws(CatalogFault) {
        guard record.count == columns.count else {
            throw CatalogFault("line", "has \(record.count) fields where the header has \(columns.count)")
        }
        guard !record.hasStrayQuote else { throw CatalogFault("line", "has text after a closing quote") }
        for index in 0..<record.count {
            if let fault = TextEncoding.fault(ofField: record[index]) {
                throw CatalogFault(columns.name(at: index), fault)
            }
        }
        func text(_ column: CatalogColumn) -> Text? {
            guard let field = columns.field(column, of: record), !field.isEmpty else { return nil }
            return Text(utf8: [UInt8](field))
        }
        func change(_ column: CatalogColumn) -> Change<Text> {
            guard columns.field(column, of: record) != nil else { return .keep }
            return text(column).map { .set($0) } ?? .clear
        }
        (productId, sku, sellerId, sellerName) = (text(.productId), text(.sku), text(.sellerId), text(.sellerName))
        (title, category, self.currency) = (text(.title), text(.category), text(.currency))
        (description, imageUrl, occurredAt) = (change(.description), change(.imageUrl), text(.occurredAt))
        stock = try Self.wholeNumber(text(.stock), columns.name(of: .stock))
        price = try Self.wholeNumber(text(.priceMinor), columns.name(of: .priceMinor))
        if let decimal = text(.price) {
            guard let amount = DecimalPrice.minorUnits(decimal.utf8[...], digits: currency.minorDigits) else {
                throw CatalogFault(
                    columns.name(of: .price),
                    "\(Quoted(decimal.utf8)) is no decimal number with at most \(currency.minorDigits) decimals")
            }
            guard price == nil || price == amount else {
                throw CatalogFault(
                    columns.name(of: .price),
                    "\(Quoted(decimal.utf8)) and \(columns.name(of: .priceMinor)) are not the same")
            }
            price = amount
        }
    }

    private static func wholeNumber(_ text: Text?, _ name: String) throws(CatalogFault) -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text.description) else {
            throw CatalogFault(name, "\(Quoted(text.utf8)) is no whole number")
        }
        return number
    }
}
