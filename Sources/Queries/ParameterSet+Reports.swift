import HTTP
import JSON
import Views

extension ParameterSet {
    /// The times of a report: `from` inclusive, `to` exclusive, on the time an order was placed. A cursor is bound to them.
    func reportTimes(_ binding: inout PageCursor.Binding) throws(Problem) -> SalesTimes {
        let from = try time("from")
        let to = try time("to")
        if let from, let to, to < from { throw Problem.parameter("to", "is before from") }
        if let from { binding.add("from", from.orderedBits) }
        if let to { binding.add("to", to.orderedBits) }
        return SalesTimes(from: from, to: to)
    }

    /// The category that a report is cut down to.
    func reportCategory() throws(Problem) -> [UInt8]? {
        let category = value("category")
        if let category, category.isEmpty { throw Problem.parameter("category", "must not be empty") }
        return category
    }
}
