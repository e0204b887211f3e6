import Foundation
import HTTP
import JSON
import Testing

@testable import Marketplace
@testable import Queries
@testable import Server

/// Holds what the server has against what its description says, in both directions.
@Suite struct OpenAPITests {
    private let document = OpenAPIFile()

    /// The routes. A new case of `Route` does not compile here until it has a name and a path.
    private enum RouteName: String, CaseIterable {
        case productList = "/v1/products"
        case product = "/v1/products/{productId}"
        case reviewList = "/v1/products/{productId}/reviews"
        case orderList = "/v1/orders"
        case order = "/v1/orders/{orderId}"
        case user = "/v1/users/{userId}"
        case sales = "/v1/reports/sales"
        case topProducts = "/v1/reports/top-products"
        case command = "/v1/commands/{Name}"
        case commandLines = "/v1/commands"
        case events = "/v1/events"
        case live = "/livez"
        case ready = "/readyz"
        case metrics = "/metrics"
        case description = "/openapi.json"

        init(_ route: Route) {
            switch route {
            case .productList: self = .productList
            case .product: self = .product
            case .reviewList: self = .reviewList
            case .orderList: self = .orderList
            case .order: self = .order
            case .user: self = .user
            case .sales: self = .sales
            case .topProducts: self = .topProducts
            case .command: self = .command
            case .commandLines: self = .commandLines
            case .events: self = .events
            case .live: self = .live
            case .ready: self = .ready
            case .metrics: self = .metrics
            case .description: self = .description
            }
        }

        /// The query parameters that the server knows there.
        var parameters: [StaticString] {
            switch self {
            case .productList: ProductListQuery.parameters
            case .reviewList: ReviewListQuery.parameters
            case .orderList: OrderListQuery.parameters
            case .sales: SalesQuery.parameters
            case .topProducts: TopProductsQuery.parameters
            case .events: EventsQuery.parameters
            case .ready: Query.readinessParameters
            case .product, .order, .user, .command, .commandLines, .live, .metrics, .description: []
            }
        }
    }

    private func route(_ path: String) throws -> Route? {
        let bytes = Array(path.replacing(/\{\w+\}/, with: "x").utf8)
        return try Route(bytes.span.bytes)
    }

    // MARK: Routes, commands, parameters

    @Test func everyRouteIsDescribed() throws {
        for name in RouteName.allCases where name != .command {
            #expect(document.paths[name.rawValue] != nil, "\(name.rawValue)")
        }
        for command in CommandName.allCases {
            #expect(document.paths["/v1/commands/\(command.text)"] != nil, "\(command.text)")
        }
    }

    @Test func everyDescribedPathIsARoute() throws {
        for (path, operations) in document.paths {
            let route = try #require(try route(path), "\(path)")
            if case .command(let name) = route {
                #expect(CommandName(name.span.bytes) != nil, "\(path)")
            } else {
                #expect(RouteName(route).rawValue == path)
            }
            let allowed = "\(route.allowed)".split(separator: ", ").map { $0.lowercased() }
            #expect(operations.keys.sorted() == allowed.filter { $0 != "head" }, "\(path)")
        }
    }

    @Test func queryParametersAgree() throws {
        for (path, operations) in document.paths {
            let name = RouteName(try #require(try route(path)))
            for operation in operations.values {
                let described = document.parameters(of: operation, in: "query").map(\.name)
                #expect(described.sorted() == name.parameters.map { "\($0)" }.sorted(), "\(path)")
            }
        }
    }

    @Test func describedHeaderFieldsAreRead() {
        let read = Set(Header.allCases.map { "\($0.name)" })
        for (path, operations) in document.paths {
            for operation in operations.values {
                for parameter in document.parameters(of: operation, in: "header") {
                    #expect(read.contains(parameter.name.lowercased()), "\(parameter.name) of \(path)")
                }
            }
        }
    }

    /// The server's own decoder is asked: `{}` tells which fields are required, and null is never an unknown field.
    @Test(arguments: CommandName.allCases) func commandFieldsAgree(command: CommandName) throws {
        let schema = try #require(document.schema("\(command.text)"))
        let (_, missing) = decode(command, "{}")
        let required = missing.filter { $0.detail == "This field is required." }.map { String($0.pointer.dropFirst(2)) }
        #expect(required.sorted() == (schema["required"] as? [String] ?? []).sorted())
        let properties = try #require(schema["properties"] as? [String: Any])
        let nulls = "{" + properties.keys.map { "\"\($0)\":null" }.joined(separator: ",") + "}"
        #expect(decode(command, nulls).errors.filter { $0.detail == "There is no such field." }.isEmpty)
        #expect(schema["additionalProperties"] as? Bool == false)
    }

    @Test(arguments: CommandName.allCases) func commandExamplesAreValid(command: CommandName) throws {
        let body = try #require(example(of: command))
        let (rejection, errors) = decode(command, try json(body))
        #expect(rejection == nil, "\(errors)")
    }

    /// Texts near the edges of the rules that fields of text have.
    private static let texts =
        [
            "", "a", "-a", "a b", "a\nb", "a\tb", "a\u{85}b", "é", "a@b", "@b", "a@", "a@b@c", "LIG-1", "ftp://a/",
            "https://a", "HTTP://a/x.png", "https://a/x@2x.png", "http://u@h/", "http://u@v@h", "http://@h",
            "http://a@/x",
            "http://h?x@y", "http:///x", "http://:80/", "http://[::1]:80/", "http://a b/", "http://a/b c",
            "http://a/\n",
        ] + [64, 65, 128, 129, 200, 201, 254, 255, 10_000, 10_001].map { String(repeating: "x", count: $0) }

    /// Every field of text, asked with every text: the schema takes what the server's own decoder takes.
    @Test(arguments: CommandName.allCases) func textsAgree(command: CommandName) throws {
        let schema = try #require(document.schema("\(command.text)"))
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        let example = try #require(self.example(of: command))
        for (name, property) in properties {
            for text in Self.texts {
                guard let isTaken = document.takes(text, property) else { break }
                var body = example
                body[name] = text
                let (rejection, errors) = decode(command, try json(body))
                #expect(isTaken == (rejection == nil), "\(name) \(text.debugDescription.prefix(40)): \(errors)")
            }
        }
    }

    private func example(of command: CommandName) -> [String: Any]? {
        let operation = document.paths["/v1/commands/\(command.text)"]?["post"]
        let body = operation?["requestBody"] as? [String: Any]
        let content = body?["content"] as? [String: [String: Any]]
        return content?["application/json"]?["example"] as? [String: Any]
    }

    private func json(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    private func decode(_ command: CommandName, _ body: String) -> (rejection: Rejection.Kind?, errors: [FieldError]) {
        var parser = JSONParser()
        let context = DecodingContext(currency: Currency("GBP")!, importsAllowed: true) { Text("made") }
        let (name, bytes) = (Array("\(command.text)".utf8), Array(body.utf8))
        do throws(Rejection) {
            _ = try Command.decode(name: name.span.bytes, body: bytes.span.bytes, context: context, parser: &parser)
            return (nil, [])
        } catch {
            return (error.kind, error.errors)
        }
    }

    // MARK: Problems

    @Test func problemsAgree() throws {
        var known: Set<String> = []
        for refusal in Refusal.allCases { known.insert("\(refusal.problem.slug) \(refusal.status.rawValue)") }
        for kind in Rejection.Kind.allCases {
            let problem = Problem(Rejection(kind, ""))
            known.insert("\(problem.slug) \(problem.status.rawValue)")
        }
        for room in ["Queries", "Server"] { known.formUnion(try SourceProblems.all(inRoom: room)) }
        let described = Set(document.problems.map { "\($0.slug) \($0.status)" }).union(Self.problemsAnywhere)
        #expect(known.subtracting(described).isEmpty, "not in openapi.json")
        #expect(described.subtracting(known).isEmpty, "only in openapi.json")
    }

    /// Problems of no operation: what is asked for is none. The summary of the API names them.
    private static let problemsAnywhere: Set = [
        "not-found 404", "unknown-command 404", "method-not-allowed 405", "unknown-method 501",
    ]

    @Test(arguments: problemsAnywhere) func theSummaryNamesProblemsOfNoOperation(problem: String) {
        let parts = problem.split(separator: " ")
        #expect(document.summary.contains("`\(parts[0])`"))
        #expect(document.summary.contains(" \(parts[1]) `"))
    }

    @Test func everyAnswersProblemsHaveItsStatus() throws {
        for (path, operations) in document.paths {
            for operation in operations.values {
                for (status, response) in document.responses(of: operation) {
                    for example in document.problems(in: response) {
                        #expect("\(example.status)" == status, "\(example.slug) of \(path)")
                    }
                }
            }
        }
    }

    /// What every request may be refused with before it is routed.
    @Test func everyOperationSaysHowItIsRefused() throws {
        let anywhere = Set(Refusal.allCases.map(\.status)).subtracting([.notImplemented]).map { "\($0.rawValue)" }
        for (path, operations) in document.paths {
            for operation in operations.values {
                let described = Set(document.responses(of: operation).keys)
                #expect(described.isSuperset(of: anywhere), "\(path) lacks \(Set(anywhere).subtracting(described))")
            }
        }
    }

    // MARK: The document itself

    @Test func everyComponentIsUsed() {
        #expect(document.unusedComponents == [])
    }

    /// RFC 9110, section 15.4.5: what a 200 would have said about caching.
    @Test func notModifiedHasTheFieldsOfTheWholeAnswer() throws {
        for (path, operations) in document.paths {
            for operation in operations.values {
                let responses = document.responses(of: operation)
                guard let notModified = responses["304"] else { continue }
                let fields = [notModified, try #require(responses["200"])].map {
                    ($0["headers"] as? [String: [String: String]] ?? [:]).mapValues { $0["$ref"] }
                }
                #expect(fields[0] == fields[1], "\(path)")
            }
        }
    }

    /// Generators of clients drop what has values but no type.
    @Test func everyValueHasAType() {
        #expect(document.untypedValues == [])
    }

    /// A generated client sends a default, also beside `ids`, which stands alone.
    @Test func noSortHasADefault() throws {
        for (path, operations) in document.paths {
            for operation in operations.values {
                for (name, schema) in document.parameters(of: operation, in: "query") where name == "sort" {
                    #expect((schema as? [String: Any])?["default"] == nil, "\(path)")
                }
            }
        }
    }

    /// Most validators divide binary floating-point numbers, where 2.9 is no multiple of 0.1.
    @Test func multiplesAreOfWholeNumbers() throws {
        let text = String(decoding: OpenAPIDocument.bytes, as: UTF8.self)
        for match in text.matches(of: /"multipleOf": ([^,\s]+)/) { #expect(Int(match.1) != nil, "\(match.0)") }
    }
}
