import Testing

@testable import vitrine_load

@Suite struct AnswerJudgeTests {
    /// Two categories, two sellers, two customers.
    private static let catalog = Catalog(
        products: [("p1", "A & B", "s1"), ("p2", "A & B", "s2"), ("p3", "C", "s1")].map { id, category, seller in
            .object([
                "productId": .string(id), "category": .string(category),
                "seller": .object(["userId": .string(seller)]),
            ])
        },
        orders: [.object(["customer": .object(["userId": .string("c1")])])])

    private static let fields =
        "Content-Type: application/json; charset=utf-8\r\nETag: \"a\"\r\nConsistency-Token: t\r\n"

    private let judge = AnswerJudge(catalog: catalog)

    private func fault(
        _ rule: AnswerRule, _ body: String, status: Int = 200, fields: String = fields
    ) throws -> Fault? {
        let parser = AnswerParser()
        let length = status == 304 ? "" : "Content-Length: \(body.utf8.count)\r\n"
        let bytes = Array("HTTP/1.1 \(status) Status\r\n\(fields)\(length)\r\n\(body)".utf8)
        try #require(bytes.withUnsafeBytes { parser.feed($0) } == .complete)
        return judge.fault(in: parser, to: rule)
    }

    private func rule(_ page: Target.Page, _ index: Int32 = 0) -> AnswerRule {
        AnswerRule(kind: 0, body: .page, target: Target(page: page, index: index))
    }

    private func product(
        _ id: String = "p1", category: String = "A & B", seller: String = "s1", price: Int = 5, day: Int = 1
    ) -> String {
        #"{"productId":"\#(id)","price":{"amount":\#(price),"currency":"GBP"},"category":"\#(category)","#
            + #""seller":{"userId":"\#(seller)","name":"S"},"addedAt":"2026-01-0\#(day)T00:00:00.000Z"}"#
    }

    private func order(_ id: String, customer: String = "c1", total: Int = 5, day: Int = 1) -> String {
        #"{"orderId":"\#(id)","customer":{"userId":"\#(customer)","name":"C"},"#
            + #""placedAt":"2026-01-0\#(day)T00:00:00.000Z","total":{"amount":\#(total),"currency":"GBP"}}"#
    }

    private func list(_ items: String..., cursor: String = "null") -> String {
        "{\"items\":[\(items.joined(separator: ","))],\"nextCursor\":\(cursor)}"
    }

    @Test func statusesAreJudged() throws {
        let plain = AnswerRule(kind: 0, body: .any)
        #expect(try fault(plain, "{}") == nil)
        #expect(try fault(plain, "", status: 204) == nil)
        for status in [302, 304, 400, 404, 409, 503] {
            #expect(try fault(plain, "", status: status) == .status(status))
        }
        var conditional = rule(.newest)
        conditional.isConditional = true
        #expect(try fault(conditional, "", status: 304) == nil)
        #expect(try fault(conditional, list()) == nil)
        #expect(try fault(conditional, list(product(price: -1))) == .badAmount)
    }

    @Test func aPageHasATokenAndATag() throws {
        let type = "Content-Type: application/json\r\n"
        for (status, body) in [(200, list()), (304, "")] {
            var rule = rule(.newest)
            rule.isConditional = true
            #expect(try fault(rule, body, status: status, fields: type + "ETag: \"a\"\r\n") == .noToken)
            #expect(try fault(rule, body, status: status, fields: type + "Consistency-Token: t\r\n") == .noEntityTag)
        }
        let outcome = AnswerRule(kind: 0, body: .outcome)
        #expect(try fault(outcome, #"{"position":1,"id":"o","events":[]}"#, fields: type) == .noToken)
    }

    @Test func aBodyIsWholeJSON() throws {
        let page = list(product())
        for body in ["", "<html></html>", String(page.dropLast()), page + "x", "{\"items\":[],}"] {
            #expect(try fault(rule(.newest), body) == .noJSON, "\(body)")
            #expect(try fault(AnswerRule(kind: 0, body: .any), body) == .noJSON, "\(body)")
        }
        let text = "Content-Type: text/html\r\nETag: \"a\"\r\nConsistency-Token: t\r\n"
        #expect(try fault(rule(.newest), page, fields: text) == .noJSON)
        #expect(try fault(AnswerRule(kind: 0, body: .any), "<html></html>", fields: text) == nil)
        #expect(try fault(rule(.newest), "{\"item\":[]}") == .noList)
        #expect(try fault(rule(.newest), "{\"items\":[]}") == .noList)
        #expect(try fault(rule(.newest), "[]") == .noList)
        #expect(try fault(rule(.newest), list("{}")) == .noCard)
    }

    @Test func aProductIsTheOneThatWasAskedFor() throws {
        #expect(try fault(rule(.product), product("p1")) == nil)
        #expect(try fault(rule(.product), product("p2")) == .otherThanAsked)
        #expect(try fault(rule(.product), "{}") == .noObject)
    }

    @Test func itemsAreThoseThatWereAskedFor() throws {
        #expect(try fault(rule(.category), list(product("p1"), product("p2"))) == nil)
        #expect(try fault(rule(.category), list(product("p1"), product("p2", category: "C"))) == .otherThanAsked)
        #expect(try fault(rule(.categoryByPrice, 1), list(product())) == .otherThanAsked)
        #expect(try fault(rule(.seller), list(product("p1", category: "x"))) == nil)
        #expect(try fault(rule(.seller, 1), list(product())) == .otherThanAsked)
        #expect(try fault(rule(.orders), list(order("o1"), order("o2"))) == nil)
        #expect(try fault(rule(.orders), list(order("o1", customer: "c2"))) == .otherThanAsked)
        let many = (0...20).map { product("p\($0)") }.joined(separator: ",")
        #expect(try fault(rule(.newest), list(many)) == .otherThanAsked)
    }

    @Test func itemsAreInTheOrderThatWasAskedFor() throws {
        let (cheap, dear) = (product("p1", price: 1, day: 1), product("p2", price: 2, day: 2))
        #expect(try fault(rule(.categoryByPrice), list(cheap, dear)) == nil)
        #expect(try fault(rule(.categoryByPrice), list(dear, cheap)) == .notSorted)
        #expect(try fault(rule(.categoryByPriceDown), list(dear, cheap)) == nil)
        #expect(try fault(rule(.categoryByPriceDown), list(cheap, dear)) == .notSorted)
        let (old, new) = (product("p1", day: 1), product("p2", day: 2))
        for page in [Target.Page.newest, .category, .categoryByPrice, .categoryByPriceDown] {
            #expect(try fault(rule(page), list(new, old)) == nil)
            #expect(try fault(rule(page), list(old, new)) == .notSorted)
        }
        #expect(try fault(rule(.orders), list(order("o1", day: 1), order("o2", day: 2))) == .notSorted)
    }

    @Test func anItemIsInAPageOnce() throws {
        #expect(try fault(rule(.newest), list(product(), product("p2"), product())) == .repeated)
        #expect(try fault(rule(.orders), list(order("o1"), order("o1"))) == .repeated)
    }

    @Test func amountsAreInTheirBounds() throws {
        #expect(try fault(rule(.newest), list(product(price: 0))) == .badAmount)
        #expect(try fault(rule(.orders), list(order("o1", total: -1))) == .badAmount)
    }

    /// A body that is known to be right for one page is not for another.
    @Test func aKnownBodyIsJudgedForEachPage() throws {
        let body = list(product())
        for _ in 0..<2 {
            #expect(try fault(rule(.category, 0), body) == nil)
            #expect(try fault(rule(.category, 1), body) == .otherThanAsked)
            #expect(try fault(AnswerRule(kind: 0, body: .any), body) == nil)
            #expect(try fault(AnswerRule(kind: 0, body: .outcome), body) == .noObject)
        }
    }

    @Test func aLackOfStockIsAnAnswerOnlyToAnOrder() throws {
        let body = "{\"type\":\"urn:vitrine:problem:insufficient-stock\"}"
        var order = AnswerRule(kind: 0, body: .outcome)
        #expect(try fault(order, body, status: 409) == .status(409))
        order.mayLackStock = true
        #expect(try fault(order, body, status: 409) == nil)
        #expect(try fault(order, "{}", status: 409) == .status(409))
        #expect(try fault(order, #"{"position":1,"id":"o","events":["OrderCreated"]}"#) == nil)
        #expect(try fault(order, "{}") == .noObject)
    }

    @Test func theLastTextOfANameIsFound() {
        func cursor(_ text: String) -> String? {
            Array(text.utf8).withUnsafeBytes { bytes in
                bytes.lastText(of: "\"nextCursor\":").map { String(decoding: $0, as: UTF8.self) }
            }
        }
        #expect(cursor("{\"items\":[],\"nextCursor\":\"a.b-c\"}") == "a.b-c")
        #expect(cursor("{\"items\":[],\"nextCursor\":null}") == nil)
        #expect(cursor("{\"nextCursor\":\"x\",\"items\":[{\"title\":\"\\\"nextCursor\\\":\\\"no\"}]}") == "x")
        #expect(cursor("{\"nextCursor\":\"x") == nil)
        #expect(cursor("{\"nextCursor\":") == nil)
        #expect(cursor("") == nil)
    }
}
