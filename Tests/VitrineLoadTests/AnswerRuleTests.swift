import Testing

@testable import vitrine_load

@Suite struct AnswerRuleTests {
    private func fault(_ rule: AnswerRule, _ status: Int, _ body: String) -> Fault? {
        Array(body.utf8).withUnsafeBytes { rule.fault(status: status, body: $0) }
    }

    @Test func statusesAreJudged() {
        let plain = AnswerRule(kind: 0, body: .any)
        #expect(fault(plain, 200, "") == nil && fault(plain, 204, "") == nil)
        for status in [302, 304, 400, 404, 409, 503] { #expect(fault(plain, status, "") == .status(status)) }
        let conditional = AnswerRule(kind: 0, body: .list, isConditional: true)
        #expect(fault(conditional, 304, "") == nil)
        #expect(fault(conditional, 200, "{\"items\":[]}") == nil)
    }

    @Test func bodiesAreJudged() {
        #expect(fault(AnswerRule(kind: 0, body: .list), 200, "{\"items\":[{}],\"nextCursor\":null}") == nil)
        #expect(fault(AnswerRule(kind: 0, body: .list), 200, "{\"item\":[]}") == .noList)
        #expect(fault(AnswerRule(kind: 0, body: .list), 200, "") == .noList)
        #expect(fault(AnswerRule(kind: 0, body: .object), 200, "{}") == nil)
        #expect(fault(AnswerRule(kind: 0, body: .object), 200, "[]") == .noObject)
    }

    @Test func aLackOfStockIsAnAnswerOnlyToAnOrder() {
        let body = "{\"type\":\"urn:vitrine:problem:insufficient-stock\"}"
        #expect(fault(AnswerRule(kind: 0, body: .object, mayLackStock: true), 409, body) == nil)
        #expect(fault(AnswerRule(kind: 0, body: .object, mayLackStock: true), 409, "{}") == .status(409))
        #expect(fault(AnswerRule(kind: 0, body: .object), 409, body) == .status(409))
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
        #expect(cursor("") == nil)
    }
}
