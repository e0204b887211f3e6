import HTTP
import JSON
import Queries

/// What a path names.
enum Route {
    case productList, orderList
    case product([UInt8])
    /// Of the product with this id.
    case reviewList([UInt8])
    case order([UInt8])
    case user([UInt8])
    case sales, topProducts
    case command([UInt8])
    case commandLines
    case events, live, ready, metrics, description

    /// Nil when nothing is at the path. Any part of it may be percent-encoded.
    init?(_ path: RawSpan) throws(Problem) {
        guard Route.hasEscape(path) else {
            try self.init(normalized: path)
            return
        }
        var normalized = ByteWriter(capacity: path.byteCount)
        do throws(PercentError) {
            try PercentDecoding.normalize(path: path, into: &normalized)
        } catch {
            throw Route.malformedPath
        }
        try self.init(normalized: normalized.bytes)
    }

    static func hasEscape(_ path: RawSpan) -> Bool { path.withUnsafeBytes { $0.contains(UInt8(ascii: "%")) } }

    /// Whether the path is that of commands in lines; asked of every request with a body.
    static func isCommandLines(_ path: RawSpan) -> Bool {
        guard hasEscape(path) else { return path.equals("/v1/commands") }
        if let route = try? Route(path), case .commandLines = route { return true }
        return false
    }

    private static var malformedPath: Problem {
        Problem(
            "malformed-path", .badRequest, "The path is not valid",
            detail: "A % in a path is followed by two hexadecimal digits, and the whole is UTF-8.")
    }

    private init?(normalized path: RawSpan) throws(Problem) {
        if path.equals("/v1/products") {
            self = .productList
        } else if path.equals("/v1/orders") {
            self = .orderList
        } else if path.equals("/v1/reports/sales") {
            self = .sales
        } else if path.equals("/v1/reports/top-products") {
            self = .topProducts
        } else if path.equals("/v1/events") {
            self = .events
        } else if path.equals("/v1/commands") {
            self = .commandLines
        } else if path.equals("/livez") {
            self = .live
        } else if path.equals("/readyz") {
            self = .ready
        } else if path.equals("/metrics") {
            self = .metrics
        } else if path.equals("/openapi.json") {
            self = .description
        } else if let id = try Route.segment(of: path, behind: "/v1/products/") {
            self = .product(id)
        } else if let id = try Route.segment(of: path, behind: "/v1/products/", before: "/reviews") {
            self = .reviewList(id)
        } else if let id = try Route.segment(of: path, behind: "/v1/orders/") {
            self = .order(id)
        } else if let id = try Route.segment(of: path, behind: "/v1/users/") {
            self = .user(id)
        } else if let name = try Route.segment(of: path, behind: "/v1/commands/") {
            self = .command(name)
        } else {
            return nil
        }
    }

    /// The one segment between what a path begins and ends with, decoded; nil for any other path.
    private static func segment(of path: RawSpan, behind prefix: StaticString, before suffix: StaticString = "")
        throws(Problem) -> [UInt8]?
    {
        let (start, end) = (prefix.utf8CodeUnitCount, path.byteCount - suffix.utf8CodeUnitCount)
        guard path.hasPrefix(prefix), end > start, path.extracting(end..<path.byteCount).equals(suffix) else {
            return nil
        }
        let encoded = path.extracting(start..<end)
        let hasSlash = encoded.withUnsafeBytes { $0.contains(UInt8(ascii: "/")) }
        guard !hasSlash else { return nil }
        var decoded = ByteWriter(capacity: encoded.byteCount)
        do throws(PercentError) {
            try PercentDecoding.decode(encoded, plusIsSpace: false, into: &decoded)
        } catch {
            throw malformedPath
        }
        return decoded.copyBytes()
    }

    /// The methods that the path advertises; every path answers OPTIONS with them.
    var allowed: StaticString { isCommand ? "POST" : "GET, HEAD" }

    func allows(_ method: HTTP.Method) -> Bool {
        isCommand ? method == .post : method == .get || method == .head
    }

    private var isCommand: Bool {
        switch self {
        case .command, .commandLines: true
        default: false
        }
    }

    /// The query of a route that is one.
    func query(_ parameters: RawSpan) throws(Problem) -> Query {
        switch self {
        case .productList: return .productList(try ProductListQuery(parameters))
        case .orderList: return .orderList(try OrderListQuery(parameters))
        case .product(let id):
            try Query.requireNoParameters(parameters)
            return .product(id: id)
        case .reviewList(let id): return .reviewList(try ReviewListQuery(productId: id, parameters))
        case .order(let id):
            try Query.requireNoParameters(parameters)
            return .order(id: id)
        case .user(let id):
            try Query.requireNoParameters(parameters)
            return .user(id: id)
        case .sales: return .sales(try SalesQuery(parameters))
        case .topProducts: return .topProducts(try TopProductsQuery(parameters))
        case .command, .commandLines, .events, .live, .ready, .metrics, .description:
            preconditionFailure("this route is no query of the views")
        }
    }
}
