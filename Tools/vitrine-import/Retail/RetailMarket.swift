import JSON
import Marketplace

/// What the kept lines of "Online Retail" say, gathered line by line.
///
/// Everything in it comes from the file: what the file cannot know (e-mails, images, descriptions) is absent. First and last are
/// meant in time, and among rows of one time in the file's order.
struct RetailMarket {
    static let sellerId: Text = "online-retail"
    static let category: Text = "giftware"

    struct Customer {
        let id: Text
        /// The time of the earliest row, and that row's country.
        var since: Timestamp
        var country: Text?
    }

    struct Product {
        let id: Text
        let sku: Text
        /// The first description that is not empty, and the time of its row.
        var title: Text?
        var titledAt: Timestamp
        /// The time of the earliest row.
        var addedAt: Timestamp
        /// The time and price of the last row.
        var soldAt: Timestamp
        var price: Amount
        var unitsSold: Int64
    }

    struct Order {
        let id: Text
        /// The time and customer of the earliest row.
        var placedAt: Timestamp
        var customer: Int
        /// Where the order's lines begin in `linesByOrder`, and how many there are.
        var firstLine = 0
        var lineCount = 0
    }

    struct Line {
        let order: Int
        let product: Int
        let quantity: Int64
        let unitPrice: Amount
    }

    /// The file names none: its numbers are taken in what the market trades in, with as many decimals as that has.
    let currency: Currency

    private(set) var customers: [Customer] = []
    private(set) var products: [Product] = []
    private(set) var orders: [Order] = []
    /// In file order.
    private(set) var lines: [Line] = []
    private(set) var skipped = SkippedLines()
    /// Lines whose price had a part of a minor unit.
    private(set) var roundedPriceCount = 0
    /// The first date that is surely written day first.
    private(set) var dayFirst: (line: Int, text: String)?
    /// Whether a date is surely written month first.
    private(set) var isMonthFirst = false

    private var customerNumbers: [Text: Int] = [:]
    private var productNumbers: [Text: Int] = [:]
    private var orderNumbers: [Text: Int] = [:]

    // Known after `arrange`.
    /// Indices of `lines`, each order's together and in file order.
    private(set) var linesByOrder: [Int] = []
    private(set) var customersBySince: [Int] = []
    private(set) var productsByAddedAt: [Int] = []
    private(set) var ordersByPlacedAt: [Int] = []
    private(set) var firstTime = Timestamp(milliseconds: 0)

    init(currency: Currency) { self.currency = currency }

    /// Takes one record of the file.
    mutating func add(_ record: CSVRecord, _ columns: RetailColumns) {
        switch RetailRow.parse(record, columns, digits: currency.minorDigits) {
        case .failure(let reason):
            if reason == .badDate { noteDayOrder(of: record, columns) }
            skip(record, columns, reason)
        case .success(let row):
            if !isMonthFirst { noteDayOrder(of: record, columns) }
            add(row, of: record, columns)
        }
    }

    private mutating func skip(_ record: CSVRecord, _ columns: RetailColumns, _ reason: SkipReason) {
        let value = columns.column(of: reason).map { RetailText.trimmed(record[$0]) }
        skipped.add(reason, line: record.line, value: value)
    }

    private mutating func noteDayOrder(of record: CSVRecord, _ columns: RetailColumns) {
        let date = RetailText.trimmed(record[columns.date])
        switch DayOrder(invoiceDate: date) {
        case .monthFirst: isMonthFirst = true
        case .dayFirst where dayFirst == nil: dayFirst = (record.line, "\(Quoted(date))")
        default: break
        }
    }

    private mutating func add(_ row: RetailRow, of record: CSVRecord, _ columns: RetailColumns) {
        let product: Int
        switch note(productOf: row, record[columns.description]) {
        case .failure(let reason): return skip(record, columns, reason)
        case .success(let number): product = number
        }
        let customer = note(customerOf: row, record[columns.country])
        let order = note(orderOf: row, customer: customer)
        orders[order].lineCount += 1
        if row.price.isRounded { roundedPriceCount += 1 }
        lines.append(Line(order: order, product: product, quantity: row.quantity, unitPrice: row.price.amount))
    }

    private mutating func note(customerOf row: RetailRow, _ country: ArraySlice<UInt8>) -> Int {
        let id = Text(utf8: [UInt8](row.customer))
        guard let number = customerNumbers[id] else {
            customerNumbers[id] = customers.count
            customers.append(
                Customer(id: id, since: row.time, country: RetailText.text(country, charactersMax: Self.countryMax)))
            return customers.count - 1
        }
        if row.time < customers[number].since {
            customers[number].since = row.time
            customers[number].country = RetailText.text(country, charactersMax: Self.countryMax)
        }
        return number
    }

    private mutating func note(productOf row: RetailRow, _ description: ArraySlice<UInt8>) -> Result<Int, SkipReason> {
        guard let id = RetailText.productId(ofStockCode: row.stockCode) else { return .failure(.badStockCode) }
        guard let number = productNumbers[id] else {
            productNumbers[id] = products.count
            products.append(
                Product(
                    id: id, sku: Text(utf8: [UInt8](row.stockCode)),
                    title: RetailText.text(description, charactersMax: Self.titleMax), titledAt: row.time,
                    addedAt: row.time, soldAt: row.time, price: row.price.amount, unitsSold: row.quantity))
            return .success(products.count - 1)
        }
        // Two codes that differ only in what an id cannot hold would become one product with mixed sales.
        guard products[number].sku.utf8.elementsEqual(row.stockCode) else { return .failure(.productIdTaken) }
        if products[number].title == nil || row.time < products[number].titledAt,
            let title = RetailText.text(description, charactersMax: Self.titleMax)
        {
            products[number].title = title
            products[number].titledAt = row.time
        }
        products[number].addedAt = min(products[number].addedAt, row.time)
        if row.time >= products[number].soldAt {
            products[number].soldAt = row.time
            products[number].price = row.price.amount
        }
        products[number].unitsSold += row.quantity
        return .success(number)
    }

    private mutating func note(orderOf row: RetailRow, customer: Int) -> Int {
        let id = Text(utf8: [UInt8](row.invoice))
        guard let number = orderNumbers[id] else {
            orderNumbers[id] = orders.count
            orders.append(Order(id: id, placedAt: row.time, customer: customer))
            return orders.count - 1
        }
        if row.time < orders[number].placedAt {
            orders[number].placedAt = row.time
            orders[number].customer = customer
        }
        return number
    }

    private static let titleMax = 200
    private static let countryMax = 64

    /// Brings the gathered lines into the order in which they are sent: by time, then by id.
    mutating func arrange() {
        (customerNumbers, productNumbers, orderNumbers) = ([:], [:], [:])
        var next = 0
        for order in orders.indices {
            orders[order].firstLine = next
            next += orders[order].lineCount
        }
        var places = orders.map(\.firstLine)
        linesByOrder = [Int](repeating: 0, count: lines.count)
        for (index, line) in lines.enumerated() {
            linesByOrder[places[line.order]] = index
            places[line.order] += 1
        }
        customersBySince = sorted(customers.indices) { (customers[$0].since, customers[$0].id) }
        productsByAddedAt = sorted(products.indices) { (products[$0].addedAt, products[$0].id) }
        ordersByPlacedAt = sorted(orders.indices) { (orders[$0].placedAt, orders[$0].id) }
        if let first = customersBySince.first { firstTime = customers[first].since }
    }

    private func sorted(_ indices: Range<Int>, by key: (Int) -> (Timestamp, Text)) -> [Int] {
        indices.sorted { left, right in
            let (leftKey, rightKey) = (key(left), key(right))
            guard leftKey.0 == rightKey.0 else { return leftKey.0 < rightKey.0 }
            return leftKey.1.utf8.lexicographicallyPrecedes(rightKey.1.utf8)
        }
    }

    /// What was read, for the summary.
    var summary: [String] {
        var worth: Amount = 0
        for line in lines {
            let (total, overflow) = line.quantity.multipliedReportingOverflow(by: line.unitPrice)
            guard !overflow, worth <= .max - total else {
                worth = .max
                break
            }
            worth += total
        }
        var text = [
            "read      \((lines.count + skipped.total).grouped) lines",
            "kept      \(lines.count.grouped) lines: \(orders.count.grouped) orders of \(customers.count.grouped) customers "
                + "for \(products.count.grouped) products, worth \(currency) \(currency.decimal(worth))",
        ]
        if roundedPriceCount > 0 {
            text.append("  \(roundedPriceCount.grouped) prices rounded half up to the minor unit")
        }
        return text + skipped.summary
    }
}
