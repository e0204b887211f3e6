/// Why a line of the file is not part of the market. Each line counts under the first reason that fits, in this order.
enum SkipReason: Int, CaseIterable, Error {
    case fieldCount, strayQuote
    // The contract's four; a price of zero is below one minor unit, and is told apart in the summary.
    case cancellation, noCustomer, quantityNotPositive, priceBelowMinorUnit, priceOfZero
    // What no well-formed file has.
    case badQuantity, badPrice, badInvoice, badStockCode, badCustomer, badDate, productIdTaken

    /// Whether the data is as its publisher describes it, or the line is broken.
    var isMalformed: Bool {
        switch self {
        case .cancellation, .noCustomer, .quantityNotPositive, .priceBelowMinorUnit, .priceOfZero: false
        default: true
        }
    }

    var text: String {
        switch self {
        case .fieldCount: "not as many fields as the header"
        case .strayQuote: "text after a closing quote"
        case .cancellation: "cancellation (InvoiceNo starts with C)"
        case .noCustomer: "no customer"
        case .quantityNotPositive: "quantity not positive"
        case .priceBelowMinorUnit: "price below one minor unit"
        case .priceOfZero: "price of zero"
        case .badQuantity: "Quantity is no whole number of at most 12 digits"
        case .badPrice: "UnitPrice is no decimal number of at most 12 digits before the point"
        case .badInvoice: "InvoiceNo is no id"
        case .badStockCode: "StockCode gives no id"
        case .badCustomer: "CustomerID is no id"
        case .badDate: "InvoiceDate is no time"
        case .productIdTaken: "StockCode gives the productId of another StockCode"
        }
    }
}

/// The skipped lines of a file by reason, with the first line numbers of each.
struct SkippedLines {
    private var lines = [(count: Int, first: [String])](repeating: (0, []), count: SkipReason.allCases.count)
    private static let firstLinesMax = 3

    var total: Int { lines.reduce(0) { $0 + $1.count } }
    /// Those that are broken, not what the publisher describes.
    var malformed: Int { SkipReason.allCases.reduce(0) { $0 + ($1.isMalformed ? count($1) : 0) } }

    func count(_ reason: SkipReason) -> Int { lines[reason.rawValue].count }

    /// `value` is what the field at fault holds.
    mutating func add(_ reason: SkipReason, line: Int, value: ArraySlice<UInt8>?) {
        lines[reason.rawValue].count += 1
        guard lines[reason.rawValue].first.count < Self.firstLinesMax else { return }
        lines[reason.rawValue].first.append(value.map { "\(line): \(Quoted($0))" } ?? "\(line)")
    }

    /// The contract's reasons always, the others where they occur.
    var summary: [String] {
        var text = ["skipped   \(total.grouped) lines"]
        for reason in SkipReason.allCases {
            let (count, first) = lines[reason.rawValue]
            let zeros = self.count(.priceOfZero)
            switch reason {
            case .priceOfZero: continue
            case .priceBelowMinorUnit:
                text.append("  \((count + zeros).grouped) \(reason.text) (\(zeros.grouped) of them zero)")
            case _ where !reason.isMalformed: text.append("  \(count.grouped) \(reason.text)")
            case _ where count > 0:
                let places = first.joined(separator: ", ")
                text.append("  \(count.grouped) \(reason.text); first at line \(places)")
            default: continue
            }
        }
        return text
    }
}
