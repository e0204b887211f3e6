import HTTP
import JSON
import Views

/// The products that brought in the most, highest revenue first, then newest: the card with its units and revenue.
///
/// `category` counts only lines that were of that category when their order was placed, whatever the product's category is
/// today. Discontinued products are in no list, so not in this one; the sales report still counts them.
public struct TopProductsQuery: Sendable {
    var category: [UInt8]?
    /// All but the category's number, which is looked up in the snapshot that answers.
    var request: SalesRequest
    /// Where the page before this one ended.
    var after: SalesPlace?
    var binding = PageCursor.Binding("top-products")

    /// Every parameter it takes.
    public static let parameters: [StaticString] = ["from", "to", "category", "limit", "cursor"]

    public init(_ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(query, allowed: TopProductsQuery.parameters)
        request = SalesRequest(limit: try parameters.limit(1...100, default: 20))
        category = try parameters.reportCategory()
        request.times = try parameters.reportTimes(&binding)
        binding.add("category", category)
        after = SalesPlace(try parameters.place(binding, bytes: SalesPlace.bytes))
    }
}
