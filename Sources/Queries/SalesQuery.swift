import HTTP
import JSON
import Views

/// The sales report: orders, units and revenue by day (the default), by category or by seller. Of a day that `from` or `to`
/// lies in, the orders on that side count.
///
/// Days come newest first; categories and sellers by revenue, the highest first, then by name or by id. An item is there
/// while it has an order that was neither cancelled nor refunded. `category` counts only lines of that category, which is
/// the one that the line's product had when the order was placed; `orders` then are those with such a line. A seller is
/// shown as in cards, under its present name.
public struct SalesQuery: Sendable {
    enum Rows: Sendable {
        case day(before: Int32?)
        case revenue(SalesSubject, after: SalesPlace?)
    }

    var rows: Rows
    var category: [UInt8]?
    /// All but the category's number, which is looked up in the snapshot that answers.
    var request: SalesRequest
    var binding = PageCursor.Binding("sales")

    /// Every parameter it takes.
    public static let parameters: [StaticString] = ["by", "from", "to", "category", "limit", "cursor"]

    private static let dayPlaceBytes = 4

    public init(_ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(query, allowed: SalesQuery.parameters)
        request = SalesRequest(limit: try parameters.limit(1...100, default: 20))
        category = try parameters.reportCategory()
        let subject = try SalesQuery.subject(parameters.value("by"))
        switch subject {
        case nil: binding.add("by", 0)
        case .category: binding.add("by", 1)
        case .seller, .product: binding.add("by", 2)
        }
        request.times = try parameters.reportTimes(&binding)
        binding.add("category", category)
        if let subject {
            let place = try parameters.place(binding, bytes: SalesPlace.bytes)
            rows = .revenue(subject, after: SalesPlace(place))
        } else {
            let place = try parameters.place(binding, bytes: SalesQuery.dayPlaceBytes)
            let day = place.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rows = .day(before: place.isEmpty ? nil : Int32(bitPattern: day))
        }
    }

    /// Nil for days.
    private static func subject(_ name: [UInt8]?) throws(Problem) -> SalesSubject? {
        guard let name else { return nil }
        let text = name.span.bytes
        if text.equals("day") { return nil }
        if text.equals("category") { return .category }
        if text.equals("seller") { return .seller }
        throw Problem.parameter("by", "must be day, category or seller, not '\(text.text.prefix(40))'")
    }
}
