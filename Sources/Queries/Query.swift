import HTTP
import JSON
import Views

/// A query that was understood: what to look up, with every parameter checked.
public enum Query: Sendable {
    case productList(ProductListQuery)
    case product(id: [UInt8])
    case reviewList(ReviewListQuery)
    case orderList(OrderListQuery)
    case order(id: [UInt8])
    case user(id: [UInt8])
    case sales(SalesQuery)
    case topProducts(TopProductsQuery)

    /// Who may keep the answer, and whether it must be asked for again.
    public var isPrivate: Bool {
        switch self {
        case .productList, .product, .reviewList: false
        case .orderList, .order, .user, .sales, .topProducts: true
        }
    }
}

/// GetReviews.
public struct ReviewListQuery: Sendable {
    var productId: [UInt8]
    var limit: Int
    /// The place of the last review that was shown; empty for the first page.
    var place: [UInt8]
    var binding: PageCursor.Binding

    public static let parameters: [StaticString] = ["limit", "cursor"]

    public init(productId: [UInt8], _ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(query, allowed: ReviewListQuery.parameters)
        self.productId = productId
        limit = try parameters.limit(1...100, default: 20)
        binding = PageCursor.Binding("reviews")
        binding.add("product", productId)
        place = try parameters.place(binding, bytes: ReviewListKey.placeBytes)
    }
}

/// `GET /v1/events`: which events of the log.
public struct EventsQuery: Sendable {
    /// A position or a token, as it was sent; empty for the beginning.
    public var after: [UInt8]
    public var limit: Int

    public static let parameters: [StaticString] = ["after", "limit"]

    public init(_ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(query, allowed: EventsQuery.parameters)
        after = parameters.value("after") ?? []
        if parameters.value("after") != nil, after.isEmpty { throw Problem.parameter("after", "must not be empty") }
        limit = try parameters.limit(1...1_000, default: 100)
    }
}

extension Query {
    /// For routes that take none.
    public static func requireNoParameters(_ query: RawSpan) throws(Problem) {
        _ = try ParameterSet(query, allowed: [])
    }

    public static let readinessParameters: [StaticString] = ["verbose"]

    /// `/readyz?verbose`
    public static func verbose(_ query: RawSpan) throws(Problem) -> Bool {
        let parameters = try ParameterSet(query, allowed: readinessParameters)
        return parameters.value("verbose") != nil
    }
}
