import JSON
import Marketplace

/// The columns of "Online Retail", found by name.
struct RetailColumns {
    static let names = [
        "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country",
    ]

    /// The header's number of columns.
    let count: Int
    /// Where each of `names` is.
    private let positions: [Int]

    var invoice: Int { positions[0] }
    var stockCode: Int { positions[1] }
    var description: Int { positions[2] }
    var quantity: Int { positions[3] }
    var date: Int { positions[4] }
    var price: Int { positions[5] }
    var customer: Int { positions[6] }
    var country: Int { positions[7] }

    /// The column whose value is at fault; nil when it is none's alone.
    func column(of reason: SkipReason) -> Int? {
        switch reason {
        case .badQuantity: quantity
        case .badPrice: price
        case .badInvoice: invoice
        case .badStockCode, .productIdTaken: stockCode
        case .badCustomer: customer
        case .badDate: date
        default: nil
        }
    }

    /// Columns may stand in any order and there may be others; each of `names` must be there once.
    init(header: CSVRecord, file: String) throws(ImportError) {
        count = header.count
        let found = (0..<header.count).map { RetailText.trimmed(header[$0]) }
        var positions: [Int] = []
        for name in Self.names {
            let places = found.indices.filter { found[$0].elementsEqual(name.utf8) }
            guard places.count == 1 else {
                throw ImportError(
                    "\(file), line \(header.line): the header has \(places.isEmpty ? "no" : "more than one") column "
                        + "\(name)\(places.isEmpty ? TextEncoding.separatorHint(header) : ""); \"Online Retail\" has \(Self.names.joined(separator: ","))"
                )
            }
            positions.append(places[0])
        }
        self.positions = positions
    }
}

/// A line that is part of the market. The texts are still the record's.
struct RetailRow {
    let invoice: ArraySlice<UInt8>
    let stockCode: ArraySlice<UInt8>
    let customer: ArraySlice<UInt8>
    let time: Timestamp
    let quantity: Int64
    let price: MinorUnits

    /// Whether a number of at most 12 digits; the commands' own bounds are the server's to judge.
    private static let quantityDigitsMax = 12

    /// What a record is: a row of the market, or the reason why not.
    /// Prices have `digits` decimals.
    static func parse(_ record: CSVRecord, _ columns: RetailColumns, digits: Int) -> Result<RetailRow, SkipReason> {
        guard record.count == columns.count else { return .failure(.fieldCount) }
        guard !record.hasStrayQuote else { return .failure(.strayQuote) }
        let invoice = RetailText.trimmed(record[columns.invoice])
        guard invoice.first != UInt8(ascii: "C") else { return .failure(.cancellation) }
        let customer = RetailText.trimmed(record[columns.customer])
        guard !customer.isEmpty else { return .failure(.noCustomer) }
        guard let quantity = wholeNumber(RetailText.trimmed(record[columns.quantity])) else {
            return .failure(.badQuantity)
        }
        guard quantity > 0 else { return .failure(.quantityNotPositive) }
        guard let price = MinorUnits(decimal: RetailText.trimmed(record[columns.price]), digits: digits) else {
            return .failure(.badPrice)
        }
        guard price.isPositive else { return .failure(price.isZero ? .priceOfZero : .priceBelowMinorUnit) }
        guard RetailText.isId(invoice) else { return .failure(.badInvoice) }
        guard RetailText.isId(customer) else { return .failure(.badCustomer) }
        guard let time = Timestamp(invoiceDate: RetailText.trimmed(record[columns.date])) else {
            return .failure(.badDate)
        }
        return .success(
            RetailRow(
                invoice: invoice, stockCode: RetailText.trimmed(record[columns.stockCode]), customer: customer,
                time: time, quantity: quantity, price: price))
    }

    private static func wholeNumber(_ field: ArraySlice<UInt8>) -> Int64? {
        let isNegative = field.first == UInt8(ascii: "-")
        let digits = isNegative ? field.dropFirst() : field
        guard !digits.isEmpty, digits.count <= quantityDigitsMax else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard let digit = byte.decimalDigit else { return nil }
            value = value * 10 + digit
        }
        return isNegative ? -value : value
    }
}
