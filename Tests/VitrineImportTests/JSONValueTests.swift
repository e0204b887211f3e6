import Testing

@testable import vitrine_import

@Suite struct JSONValueTests {
    @Test func problemsAreRead() {
        let text =
            ##" {"type":"urn:x","status":409,"errors":[{"pointer":"#/a","n":-1.5e+3}],"detail":"\u00e9\ud83d\ude00\n€","ok":[true,false,null]} "##
        let value = JSONValue(parsing: Array(text.utf8))
        #expect(value?["type"]?.string == "urn:x")
        #expect(value?["status"] == .number("409"))
        #expect(value?["detail"]?.string == "é😀\n€")
        #expect(value?["errors"] == .array([.object(["pointer": .string("#/a"), "n": .number("-1.5e+3")])]))
        #expect(value?["ok"] == .array([.bool(true), .bool(false), .null]))
    }

    @Test(arguments: [
        "", "{", "{\"a\":1,}", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "-", "\"\\x\"", "\"\\ud800\"", "\"\n\"", "tru",
        "1 2",
        String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(JSONValue(parsing: Array(text.utf8)) == nil)
    }
}
