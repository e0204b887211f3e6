import JSON
import LMDB
import Marketplace

/// What a report by revenue counts apart.
public enum SalesSubject: Sendable {
    case category
    case seller
    case product

    fileprivate var kind: SalesKey.Kind {
        switch self {
        case .category: .category
        case .seller: .seller
        case .product: .product
        }
    }
}

/// A part of a sales report that is asked for.
public struct SalesRequest: Sendable {
    public var times = SalesTimes()
    /// The number of a category: only its lines count.
    public var category: UInt64?
    public var limit: Int

    public init(limit: Int) { self.limit = limit }
}

/// The part of a report by revenue, in order.
public struct FoundSales {
    fileprivate var found: [SalesSelection.Found]
    /// The place of the last of them if others follow.
    public fileprivate(set) var next: SalesPlace?
}

/// What the reports read:
///
/// - Days: a row for each that is shown; with a category also those on which only others of its chunk sold.
/// - Categories and sellers: over all time a row for each 32 of them, else one for each 32 of them for each whole month
///   and each day beside whole months.
/// - Products over all time: the head of a row for each 256 of them, and those rows whole that may hold one of the page.
/// - Products of some days: the same heads, as none brought in more than over all time, then a row for each 1,024 products
///   that may hold one of the page, for each whole month and each day beside whole months.
/// - A part of a day: every order placed in it, and its lines.
///
/// Without a category and near the top, the products that may be on the page are few where some sell far more than others;
/// with one, or far down, they may be all.
///
/// With 100,000 products and 200,000 orders on a busy 2-core machine, rows in memory: the products of ten whole months and days
/// beside them take 0.5 to 1 ms, and 2 to 4 ms where no chunk is passed over, which are 5,000 rows of 210,000 entries. Of ten
/// times as many these are the slowest. All reports end early when the `budget` is spent.
extension ViewSnapshot {
    // MARK: Days

    /// Appends the days of a report, newest first, from before the day `after`. Gives the last day if others follow.
    public func appendSalesByDay(
        _ request: SalesRequest, before after: Int32?, _ currency: Currency, to output: inout ByteWriter
    ) throws(LMDBError) -> Int32? {
        let category = request.category.map { UInt32(truncatingIfNeeded: $0) }
        let kind: SalesKey.Kind = category == nil ? .day : .category
        let entries = SalesKey.chunkEntries(kind, .day)
        let (chunk, index) = (category ?? 0).quotientAndRemainder(dividingBy: entries)
        var page = DayPage(limit: request.limit, currency: currency)
        let times = request.times
        // The later part of a day first, then the whole days, then the earlier one.
        for part in times.parts.reversed() where times.isBehindDays(part) {
            guard try append(part, request.category, before: after, to: &page, &output) else { return page.last }
        }
        let first = times.days.first ?? .min
        var end = SalesKey(kind, .day, chunk: chunk + 1, .min)
        if let limit = [times.days.end, after].compactMap(\.self).min() {
            end = SalesKey(kind, .day, chunk: chunk, limit)
        }
        var cursor = try cursor(.sales)
        var key = ByteWriter(capacity: 16)
        end.append(to: &key)
        var isFound = try cursor.seek(key.bytes)
        isFound = isFound ? try cursor.previous() : try cursor.last()
        while isFound {
            let place = SalesKey(cursor.key)
            guard place.kind == kind, place.period == .day, place.chunk == chunk, place.number >= first else { break }
            guard spend(onRow: cursor.value.byteCount) else { return nil }
            if let counters = ViewSnapshot.counters(index, cursor.value) {
                guard page.append(place.number, counters, to: &output) else { return page.last }
            }
            isFound = try cursor.previous()
        }
        for part in times.parts where !times.isBehindDays(part) {
            guard try append(part, request.category, before: after, to: &page, &output) else { return page.last }
        }
        return nil
    }

    /// False when the page has no room for the part of a day.
    private func append(
        _ part: SalesTimes.Part, _ category: UInt64?, before after: Int32?, to page: inout DayPage,
        _ output: inout ByteWriter
    ) throws(LMDBError) -> Bool {
        if let after, part.day >= after { return true }
        let number = category.map { UInt32(truncatingIfNeeded: $0) }
        let sales = try sales(of: [part], number == nil ? .day : .category, category: nil)
        guard let counters = sales.first(where: { $0.number == number ?? 0 })?.counters else { return true }
        return page.append(part.day, counters, to: &output)
    }

    /// False when the budget is spent.
    private func spend(onRow bytes: Int) -> Bool {
        budget.spend(ReadCost.salesRow_ns + bytes * ReadCost.salesByte_ns)
    }

    private static func counters(_ index: UInt32, _ row: RawSpan) -> SalesCounters? {
        var reader = SalesRowReader(row, isRanked: false)
        while reader.next() {
            if reader.entry.index == index { return reader.entry.counters }
        }
        return nil
    }

    // MARK: By revenue

    /// Finds the first of a report by revenue behind a place.
    public func findSales(
        by subject: SalesSubject, _ request: SalesRequest, after: SalesPlace?, _ columns: ColumnReader
    ) throws(LMDBError) -> FoundSales {
        try columns.begin(self)
        let kind = subject.kind
        var selection = SalesSelection(kind, count: request.limit + 1, after: after)
        let spans = request.times.days.spans(kind)
        if !spans.isEmpty || !request.times.parts.isEmpty {
            try select(kind, spans, request, into: &selection, columns)
        }
        var found = FoundSales(found: Array(selection.found.prefix(request.limit)))
        if selection.found.count > request.limit, let last = found.found.last {
            found.next = SalesPlace(revenue: last.counters.revenue, number: last.number)
        }
        return found
    }

    /// Sums chunks of things over the spans and the parts of days beside them, until no other can hold one that is wanted.
    private func select(
        _ kind: SalesKey.Kind, _ spans: [SalesDays.Span], _ request: SalesRequest,
        into selection: inout SalesSelection, _ columns: ColumnReader
    ) throws(LMDBError) {
        // Spans are of all time alone, or of months and days, whose chunks are alike.
        let entries = SalesKey.chunkEntries(kind, spans.first?.period ?? .day)
        let only = kind == .category ? request.category.map { UInt32(truncatingIfNeeded: $0) } : nil
        let wanted = SalesReportFilter(kind, request.category)
        let beside = try sales(of: request.times.parts, kind, category: wanted.category)
        var sums = SalesSums(entries: entries)
        var cursor = try cursor(.sales)
        var key = ByteWriter(capacity: 16)
        for chunk in try salesChunks(kind, entries: entries) where only == nil || chunk.index == only! / entries {
            if let revenueMin = selection.revenueMin, chunk.revenueMax < revenueMin { break }
            let things = chunk.index * entries..<(chunk.index + 1) * entries
            for span in spans {
                key.removeAll()
                SalesKey(kind, span.period, chunk: chunk.index, span.numbers.lowerBound).append(to: &key)
                guard budget.spend(ReadCost.seek_ns) else { return }
                var isFound = try cursor.seek(key.bytes)
                while isFound {
                    let place = SalesKey(cursor.key)
                    guard place.kind == kind, place.period == span.period, place.chunk == chunk.index,
                        place.number <= span.numbers.upperBound
                    else { break }
                    let bytes = sums.add(cursor.value, isRanked: place.isRanked, category: wanted.category)
                    guard spend(onRow: bytes) else { return }
                    isFound = try cursor.next()
                }
            }
            // What sold within a part of a day has rows over all time, so no chunk of it is passed over.
            for index in beside.firstIndex(from: things.lowerBound)..<beside.firstIndex(from: things.upperBound) {
                sums.add(beside[index].number % entries, beside[index].counters)
            }
            try sums.drain { index, counters throws(LMDBError) in
                guard only == nil || only! % entries == index else { return }
                try selection.offer(things.lowerBound + index, counters, columns, self)
            }
        }
    }

    // MARK: Items

    /// Appends what was found as the items of a report.
    public func append(
        _ sales: FoundSales, by subject: SalesSubject, _ currency: Currency, _ names: UserNames,
        to output: inout ByteWriter
    ) throws(LMDBError) {
        for (position, (number, counters)) in sales.found.enumerated() {
            if position > 0 { output.append(",") }
            let number = UInt64(number)
            switch subject {
            case .category:
                guard let name = try get(.categoryNames, number: number) else {
                    preconditionFailure("sales are of category number \(number), which has no row")
                }
                output.append("{\"category\":")
                output.append(name)
            case .seller:
                guard let row = try get(.users, number: number) else {
                    preconditionFailure("sales are of user number \(number), which has no row")
                }
                output.append("{\"seller\":{\"userId\":")
                output.append(UserRow(row).idJSON)
                output.append(",\"name\":")
                try names.append(number, from: self, to: &output)
                output.append("}")
            case .product:
                try appendProductCard(number, names: names, to: &output)
                output.truncate(to: output.count - 1)  // The card's closing brace.
            }
            ViewSnapshot.append(counters, currency, orders: subject != .product, to: &output)
            output.append("}")
        }
    }

    fileprivate static func append(
        _ counters: SalesCounters, _ currency: Currency, orders: Bool, to output: inout ByteWriter
    ) {
        if orders {
            output.append(",\"orders\":")
            output.append(decimal: counters.orders)
        }
        output.append(",\"units\":")
        output.append(decimal: counters.units)
        output.append(",\"revenue\":")
        output.append(money: counters.amount, currency)
    }
}

/// The days of a page so far.
private struct DayPage {
    let limit: Int
    let currency: Currency
    private var count = 0
    private(set) var last: Int32 = 0

    init(limit: Int, currency: Currency) { (self.limit, self.currency) = (limit, currency) }

    /// False when it is full.
    mutating func append(_ day: Int32, _ counters: SalesCounters, to output: inout ByteWriter) -> Bool {
        guard count < limit else { return false }
        output.append(count == 0 ? "{\"day\":\"" : ",{\"day\":\"")
        SalesCalendar.append(day: day, to: &output)
        output.append("\"")
        ViewSnapshot.append(counters, currency, orders: true, to: &output)
        output.append("}")
        (count, last) = (count + 1, day)
        return true
    }
}

extension [ViewSnapshot.ThingSales] {
    /// Where those of a number and behind it begin.
    fileprivate func firstIndex(from number: UInt32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Which entries of a row count.
private struct SalesReportFilter {
    /// As in `SalesEntry`; nil for all.
    let category: UInt32?

    init(_ kind: SalesKey.Kind, _ category: UInt64?) {
        switch kind {
        case .day, .category: self.category = nil
        case .seller: self.category = category.map { UInt32(truncatingIfNeeded: $0) + 1 } ?? 0
        case .product: self.category = category.map { UInt32(truncatingIfNeeded: $0) + 1 }
        }
    }
}
