/// The days of a report: from the first, and before the end; open where there is none.
public struct SalesDays: Sendable {
    public var first: Int32?
    public var end: Int32?

    public init(first: Int32? = nil, end: Int32? = nil) { (self.first, self.end) = (first, end) }

    /// Periods of one length whose rows are read.
    struct Span: Equatable {
        var period: SalesKey.Period
        var numbers: ClosedRange<Int32>
    }

    /// The rows that make up these days: all time in one, else whole months with the days before and behind them.
    func spans(_ kind: SalesKey.Kind) -> [Span] {
        if first == nil, end == nil { return [Span(period: .all, numbers: 0...0)] }
        guard kind.periods.contains(.month) else { return SalesDays.days(lower, upper) }
        // The first month that begins in the range, and the last's successor: the month that the end falls into is not whole.
        let firstMonth = first.map { SalesCalendar.month(ofDay: $0) + (SalesDays.isMonthStart($0) ? 0 : 1) }
        let endMonth = end.map { SalesCalendar.month(ofDay: $0) }
        let (from, to) = (firstMonth ?? .min, endMonth ?? .max)
        guard from < to else { return SalesDays.days(lower, upper) }
        var spans: [Span] = []
        if let firstMonth { spans += SalesDays.days(lower, Int64(SalesCalendar.firstDay(ofMonth: firstMonth))) }
        spans.append(Span(period: .month, numbers: from...(endMonth.map { $0 - 1 } ?? .max)))
        if let endMonth { spans += SalesDays.days(Int64(SalesCalendar.firstDay(ofMonth: endMonth)), upper) }
        return spans
    }

    private var lower: Int64 { Int64(first ?? .min) }
    private var upper: Int64 { end.map { Int64($0) } ?? Int64(Int32.max) + 1 }

    private static func days(_ lower: Int64, _ upper: Int64) -> [Span] {
        lower < upper ? [Span(period: .day, numbers: Int32(lower)...Int32(upper - 1))] : []
    }

    private static func isMonthStart(_ day: Int32) -> Bool {
        SalesCalendar.firstDay(ofMonth: SalesCalendar.month(ofDay: day)) == day
    }
}
