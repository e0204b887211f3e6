import Foundation
import JSON
import Marketplace
import Queries
import Testing
import Views

/// Asks a build's query engine and holds the answers against a naive market. The engine keeps its answers from one check
/// to the next, so an answer that outlived its time is found as well.
struct Answers: ~Copyable {
    private var engine: QueryEngine
    private var random: SeededGenerator

    init(_ build: ViewBuild, _ freshness: Freshness, seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        engine = try QueryEngine(views: build, freshness: freshness, cacheBytes: 4 << 20)
    }

    mutating func expect(_ market: NaiveMarket) throws {
        for index in RandomCommands.users {
            let id = Text("u\(index)")
            #expect(try ask("/v1/users/\(id)", .user(id: id.utf8)) == market.user(id))
        }
        for index in RandomCommands.products {
            let id = Text("p\(index)")
            #expect(try ask("/v1/products/\(id)", .product(id: id.utf8)) == market.product(id))
            guard let reviews = market.productReviews(id) else {
                #expect(
                    try ask(
                        "/v1/products/\(id)/reviews", .reviewList(try ReviewListQuery(productId: id.utf8, RawSpan())))
                        == nil)
                continue
            }
            let found = try pages("/v1/products/\(id)/reviews", [:], limit: 2) {
                .reviewList(try ReviewListQuery(productId: id.utf8, $0))
            }
            #expect(found == reviews, "reviews of \(id)")
        }
        for index in RandomCommands.orders {
            let id = Text("o\(index)")
            #expect(try ask("/v1/orders/\(id)", .order(id: id.utf8)) == market.order(id))
        }
        var ranges = [NaiveMarket.Range()]
        for (from, to) in [
            ("1970-01-01", nil), (nil, "1970-01-01"), ("1969-12-31", "1970-03-01"), ("1970-01-02", "1971-01-02"),
        ] {
            ranges.append(.init(from: from, to: to))
            ranges.append(.init(from: from, to: to, category: RandomCommands.categories[0]))
        }
        for category in RandomCommands.categories { ranges.append(.init(category: category)) }
        try expectReports(market, ranges)
        let users = [nil] + RandomCommands.users.map { Text("u\($0)") as Text? }
        for seller in users {
            for category in [nil] + RandomCommands.categories.map({ $0 as Text? }) {
                for sort in ["newest", "price", "-price"] {
                    let parameters = ["category": category, "seller": seller, "sort": Text(sort)]
                    let cards = try pages("/v1/products", parameters) { .productList(try ProductListQuery($0)) }
                    let ids = market.productIds(category: category, seller: seller, sort: sort)
                    #expect(cards.map { $0["productId"] as? String } == ids, "\(parameters)")
                    for (card, id) in zip(cards, ids) { #expect(card == market.productCard(Text(id))! as NSDictionary) }
                }
            }
            for customer in users { try expectOrders(market, customer: customer, seller: seller) }
        }
    }

    /// All orders of a customer, of a seller, of both or of everybody, and three random parts of them.
    private mutating func expectOrders(_ market: NaiveMarket, customer: Text?, seller: Text?) throws {
        for isPart in [false, true, true, true] {
            var filter = NaiveMarket.OrderFilter(customer: customer, seller: seller)
            let sort = isPart ? ["-placedAt", "placedAt", "-total"].randomElement(using: &random)! : "-placedAt"
            var parameters: [String: Text?] = ["customer": customer, "seller": seller]
            if isPart {
                if Bool.random(using: &random) { filter.status = OrderStatus.allCases.randomElement(using: &random)! }
                if Bool.random(using: &random) { filter.from = Int64.random(in: -25...20, using: &random) }
                if Bool.random(using: &random) {
                    filter.to = Int64.random(in: (filter.from ?? -25)...25, using: &random)
                }
                parameters["sort"] = Text(sort)
            }
            parameters["status"] = filter.status.map { Text("\($0.name)") }
            parameters["from"] = filter.from.map { Text(Timestamp(milliseconds: $0).text) }
            parameters["to"] = filter.to.map { Text(Timestamp(milliseconds: $0).text) }
            let cards = try pages("/v1/orders", parameters) { .orderList(try OrderListQuery($0)) }
            let ids = market.orderIds(filter, sort: sort)
            #expect(cards.map { $0["orderId"] as? String } == ids, "\(parameters)")
            for (card, id) in zip(cards, ids) { #expect(card == market.orderCard(Text(id))! as NSDictionary) }
        }
    }

    /// All items of a list, page after page.
    mutating func pages(
        _ path: String, _ parameters: [String: Text?], limit: Int = 7, _ query: (RawSpan) throws -> Query
    ) throws -> [NSDictionary] {
        var text = "limit=\(limit)"
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let value else { continue }
            text += "&\(name)=\(value.description.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!)"
        }
        var items: [NSDictionary] = []
        var cursor: String?
        repeat {
            let page = text + (cursor.map { "&cursor=\($0)" } ?? "")
            let answer = try #require(try ask(path + "?" + page, try query(Array(page.utf8).span.bytes)))
            items += try #require(answer["items"] as? [NSDictionary])
            cursor = answer["nextCursor"] as? String
        } while cursor != nil
        return items
    }

    private mutating func ask(_ target: String, _ query: Query) throws -> NSDictionary? {
        let target = Array(target.utf8)
        if let kept = engine.cachedAnswer(target.span.bytes) { return try parse(kept) }
        switch try engine.answer(query, target: target.span.bytes) {
        case .found(let answer): return try parse(answer)
        case .notFound: return nil
        case .beyondBudget: throw BeyondBudget()
        }
    }

    /// This engine has no bound.
    private struct BeyondBudget: Error {}

    private func parse(_ answer: QueryEngine.Answer) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? NSDictionary)
    }
}
