import HTTP
import JSON
import Synchronization

/// What is known of a request from its head alone.
extension MarketHandler {
    public func refusesHead(
        _ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter
    ) -> Bool {
        do throws(Problem) {
            guard let route = try findRoute(request, on: connection, into: &output) else { return true }
            _ = try checkedToken(request)
            switch route {
            case .command(let name): _ = try checkCommandHead(name, request)
            case .commandLines: try MarketHandler.checkCommandLinesHead(request)
            case .events, .live, .ready, .metrics, .description: break
            default: _ = try route.query(request.query)
            }
            return false
        } catch {
            refuse(error, on: connection, into: &output)
            return true
        }
    }

    /// What the request is for; nil when its head was answered: a question for methods, or one that the path does not take.
    func findRoute(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)
        throws(Problem) -> Route?
    {
        if connection.isPreflight(request) {
            connection.answerPreflight(into: &output)
            return nil
        }
        if request.target.equals("*") {
            writeMethods("GET, HEAD, POST", on: connection, into: &output)
            return nil
        }
        guard let route = try Route(request.path) else {
            throw Problem(
                "not-found", .notFound, "There is nothing at this path", detail: "See /v1/products, for example.")
        }
        if request.method == .options {
            if case .command(let name) = route { try MarketHandler.requireCommand(name) }
            writeMethods(route.allowed, on: connection, into: &output)
            return nil
        }
        guard route.allows(request.method) else {
            counters.problems.wrappingAdd(1, ordering: .relaxed)
            let problem = Problem(
                "method-not-allowed", .methodNotAllowed, "This path does not take this method",
                detail: "It takes \(route.allowed).")
            connection.answer(problem, into: &output) { $0.field("Allow", route.allowed) }
            return nil
        }
        return route
    }

    /// Entity tags of this server are sixteen hexadecimal digits in quotes.
    static func isETag(_ etag: UInt64, namedBy ifNoneMatch: RawSpan) -> Bool {
        var tag = ByteWriter(capacity: 24)
        tag.append("\"")
        tag.append(hex: etag)
        tag.append("\"")
        return EntityTags.list(ifNoneMatch, names: tag.bytes)
    }
}
