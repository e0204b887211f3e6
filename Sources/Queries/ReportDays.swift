import HTTP
import JSON
import Views

extension ParameterSet {
    /// The days of a report: `from` inclusive, `to` exclusive, on the time an order was placed.
    ///
    /// Reports are kept by day, so a time within a day is refused rather than rounded.
    func reportDays() throws(Problem) -> SalesDays {
        let days = SalesDays(first: try day("from"), end: try day("to"))
        if let first = days.first, let end = days.end, first > end {
            throw Problem.parameter("to", "is before from")
        }
        return days
    }

    private func day(_ name: StaticString) throws(Problem) -> Int32? {
        guard let text = value(name) else { return nil }
        guard let time = Timestamp(rfc3339: text.span.bytes) else {
            throw Problem.parameter(
                "\(name)", "must be a date such as 2026-11-23, or a time such as 2026-11-23T00:00:00Z")
        }
        guard let day = SalesCalendar.day(beginningAt: time) else {
            throw Problem.parameter("\(name)", "must be the beginning of a day in UTC: reports are kept by day")
        }
        return day
    }

    /// The category that a report is cut down to.
    func reportCategory() throws(Problem) -> [UInt8]? {
        let category = value("category")
        if let category, category.isEmpty { throw Problem.parameter("category", "must not be empty") }
        return category
    }
}

extension PageCursor.Binding {
    mutating func add(_ days: SalesDays) {
        if let first = days.first { add("from", UInt64(bitPattern: Int64(first))) }
        if let end = days.end { add("to", UInt64(bitPattern: Int64(end))) }
    }
}
