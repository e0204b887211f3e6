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
///   Without a category and near the top these are few; with one, or far down, they may be all.
/// - Products of some days: a row for each 1,024 of them for each whole month and each day beside whole months.
/// - A part of a day: every order placed in it, and its lines.
///
/// Beyond 1 ms, with 1M products, 1.5M orders, 10,000 sellers and 1,000 categories on a busy 2-core machine, rows in memory: one
/// day's products 2 ms, a category's products over all time 8 ms, its sellers 17 ms. The slowest are the products of some
/// years. All of them end early when the `budget` is spent.
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
        if kind == .product, spans.first?.period == .all {
            try selectByRank(request.category, into: &selection, columns)
        } else if !spans.isEmpty || !request.times.parts.isEmpty {
            try select(kind, spans, request, into: &selection, columns)
        }
        var found = FoundSales(found: Array(selection.found.prefix(request.limit)))
        if selection.found.count > request.limit, let last = found.found.last {
            found.next = SalesPlace(revenue: last.counters.revenue, number: last.number)
        }
        return found
    }

    /// Sums every chunk of things over the spans and the parts of days beside them.
    private func select(
        _ kind: SalesKey.Kind, _ spans: [SalesDays.Span], _ request: SalesRequest,
        into selection: inout SalesSelection, _ columns: ColumnReader
    ) throws(LMDBError) {
        // What has sales has some on a day; but for products, whose chunks have another size there, over all time is nearer.
        let period: SalesKey.Period = kind == .product ? .day : .all
        let entries = SalesKey.chunkEntries(kind, period)
        let only = kind == .category ? request.category.map { UInt32(truncatingIfNeeded: $0) } : nil
        let wanted = SalesReportFilter(kind, request.category)
        var beside = try sales(of: request.times.parts, kind, category: wanted.category)[...]
        var sums = SalesSums(entries: entries)
        var cursor = try cursor(.sales)
        var key = ByteWriter(capacity: 16)
        var chunk = (only ?? 0) / entries
        while true {
            key.removeAll()
            SalesKey(kind, period, chunk: chunk, .min).append(to: &key)
            guard budget.spend((1 + spans.count) * ReadCost.seek_ns), try cursor.seek(key.bytes) else { break }
            let place = SalesKey(cursor.key)
            guard place.kind == kind, place.period == period, only == nil || place.chunk == chunk else { break }
            chunk = place.chunk
            for span in spans {
                key.removeAll()
                SalesKey(kind, span.period, chunk: chunk, span.numbers.lowerBound).append(to: &key)
                var isFound = try cursor.seek(key.bytes)
                while isFound {
                    let place = SalesKey(cursor.key)
                    guard place.kind == kind, place.period == span.period, place.chunk == chunk,
                        place.number <= span.numbers.upperBound
                    else { break }
                    guard spend(onRow: cursor.value.byteCount) else { return }
                    sums.add(cursor.value, isRanked: false, category: wanted.category)
                    isFound = try cursor.next()
                }
            }
            // What sold within a part of a day has rows, so no chunk of it is passed over.
            while let first = beside.first, first.number / entries <= chunk {
                if first.number / entries == chunk {
                    sums.add(SalesEntry(index: first.number % entries, category: 0, counters: first.counters))
                }
                beside.removeFirst()
            }
            for index in sums.indexes where only == nil || only! % entries == index {
                try selection.offer(chunk * entries + index, sums.sums[Int(index)], columns, self)
            }
            sums.clear()
            if only != nil { break }
            chunk += 1
        }
    }

    /// Products over all time: rows with the highest revenue come first, and the rest are passed over once they cannot
    /// hold one that is wanted.
    private func selectByRank(
        _ category: UInt64?, into selection: inout SalesSelection, _ columns: ColumnReader
    ) throws(LMDBError) {
        var ranks: [(highest: Int128, chunk: UInt32)] = []
        var cursor = try cursor(.sales)
        var key = ByteWriter(capacity: 16)
        SalesKey(.product, .all, chunk: 0, .min).append(to: &key)
        var isFound = try cursor.seek(key.bytes)
        while isFound {
            let place = SalesKey(cursor.key)
            guard place.kind == .product, place.period == .all else { break }
            guard budget.spend(ReadCost.salesRow_ns) else { return }
            ranks.append((SalesRowReader.highestRevenue(cursor.value), place.chunk))
            isFound = try cursor.next()
        }
        ranks.sort { $0.highest > $1.highest }
        let wanted = SalesReportFilter(.product, category)
        let entries = SalesKey.chunkEntries(.product, .all)
        var sums = SalesSums(entries: entries)
        for (highest, chunk) in ranks {
            if let revenueMin = selection.revenueMin, highest < revenueMin { break }
            key.removeAll()
            SalesKey(.product, .all, chunk: chunk, 0).append(to: &key)
            guard let row = try get(.sales, key.bytes) else { continue }
            guard budget.spend(ReadCost.seek_ns), spend(onRow: row.byteCount) else { return }
            sums.add(row, isRanked: true, category: wanted.category)
            for index in sums.indexes {
                try selection.offer(chunk * entries + index, sums.sums[Int(index)], columns, self)
            }
            sums.clear()
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
