import HTTP
import JSON
import Marketplace
import Views

/// GetOrders.
public struct OrderListQuery: Sendable {
    /// Users as they were asked for: their numbers are looked up in the snapshot that answers.
    var customer: [UInt8]?
    var seller: [UInt8]?
    /// The rest of the filter, the order, and where the page before this one ended.
    var request: OrderListRequest
    var binding = PageCursor.Binding("orders")

    /// Every parameter it takes.
    public static let parameters: [StaticString] = [
        "customer", "seller", "status", "from", "to", "sort", "limit", "cursor",
    ]

    public init(_ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(query, allowed: OrderListQuery.parameters)
        request = OrderListRequest(limit: try parameters.limit(1...100, default: 20))
        customer = parameters.value("customer")
        seller = parameters.value("seller")
        if let customer, customer.isEmpty { throw Problem.parameter("customer", "must not be empty") }
        if let seller, seller.isEmpty { throw Problem.parameter("seller", "must not be empty") }
        request.filter.status = try OrderListQuery.status(parameters.value("status"))
        let from = try parameters.time("from")
        let to = try parameters.time("to")
        if let from, let to, to < from { throw Problem.parameter("to", "is before from") }
        request.filter.setTimes(from: from, to: to)
        request.sort = try OrderListQuery.sort(parameters.value("sort"))

        binding.add("customer", customer)
        binding.add("seller", seller)
        binding.add("status", parameters.value("status"))
        binding.add("from", parameters.value("from"))
        binding.add("to", parameters.value("to"))
        binding.add("sort", UInt64(request.sort.rawValue))
        request.after = try place(parameters)
    }

    private func place(_ parameters: borrowing ParameterSet) throws(Problem) -> OrderPlace? {
        let bytes = try parameters.place(binding)
        if bytes.isEmpty { return nil }
        guard let place = OrderPlace(bytes, request.sort) else { throw ParameterSet.foreignCursor }
        return place
    }

    private static func status(_ name: [UInt8]?) throws(Problem) -> OrderStatus? {
        guard let name else { return nil }
        guard let status = OrderStatus(name: name.span.bytes) else {
            let names = OrderStatus.allCases.map { "\($0.name)" }.joined(separator: ", ")
            throw Problem.parameter("status", "must be one of \(names), not '\(name.span.bytes.text.prefix(40))'")
        }
        return status
    }

    private static func sort(_ name: [UInt8]?) throws(Problem) -> OrderSort {
        guard let name else { return .newest }
        let text = name.span.bytes
        if text.equals("-placedAt") { return .newest }
        if text.equals("placedAt") { return .oldest }
        if text.equals("-total") { return .total }
        throw Problem.parameter("sort", "must be -placedAt, placedAt or -total, not '\(text.text.prefix(40))'")
    }
}
