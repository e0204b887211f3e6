import JSON

/// The times of a report: whole days, whose rows count, and what stands beside them, at most a part of the first day and a
/// part of the last, whose orders are looked at one by one.
public struct SalesTimes: Sendable {
    /// Of one day.
    struct Part: Sendable {
        var day: Int32
        /// Placed at, as ordered bits.
        var placed: Range<UInt64>
    }

    /// The whole days; none at all where first and end are the same.
    private(set) var days = SalesDays()
    /// The earlier one first.
    private(set) var parts: [Part] = []

    public init() {}

    /// `from` and later, and before `to`, which is not before `from`; open where there is none.
    public init(from: Timestamp?, to: Timestamp?) {
        days.first = from.map { SalesCalendar.day($0) + (SalesCalendar.day(beginningAt: $0) == nil ? 1 : 0) }
        days.end = to.map { SalesCalendar.day($0) }
        if let from, let to, let end = days.end, days.first! > end {
            // Both are within one day.
            days.first = end
            add(from, to)
            return
        }
        if let from, let first = days.first { add(from, SalesCalendar.start(ofDay: first)) }
        if let to, let end = days.end { add(SalesCalendar.start(ofDay: end), to) }
    }

    private mutating func add(_ start: Timestamp, _ end: Timestamp) {
        guard start < end else { return }
        parts.append(Part(day: SalesCalendar.day(start), placed: start.orderedBits..<end.orderedBits))
    }

    /// Whether a part is later than the whole days.
    func isBehindDays(_ part: Part) -> Bool { days.end.map { part.day >= $0 } ?? false }
}
