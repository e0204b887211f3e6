import Testing

@testable import vitrine_load

@Suite struct JSONReaderTests {
    private func parse(_ text: String) -> JSONValue? { JSONValue(parsing: Array(text.utf8)) }

    @Test func treesAreRead() {
        let text = " {\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\ud83d\\ude00\\n\"], \"b\": {}} "
        #expect(
            parse(text)
                == .object([
                    "a": .array([.number(1), .number(-2500), .bool(true), .null, .string("xé😀\n")]), "b": .object([:]),
                ]))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "[1 2]", "nul", "\"a", "\"\\x\"", "\"\\ud800\"", "[1] x", "01x",
        String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(parse(text) == nil)
    }
}
