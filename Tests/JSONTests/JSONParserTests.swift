import JSON
import Testing

@Suite struct JSONParserTests {
    @Test func valuesHaveTheirKinds() throws {
        #expect(try read("null") == "null")
        #expect(try read("true") == "bool true")
        #expect(try read(" 1999\n") == "integer 1999")
        #expect(try read("-9223372036854775808") == "integer -9223372036854775808")
        #expect(try read("1999.0") == "fraction")
        #expect(try read("1e3") == "fraction")
        #expect(try read(#""a\u00e9\n\uD83D\uDE00""#) == "string aé\n😀")
        #expect(try read("[1,[],{}]") == "array")
        #expect(try read("{}") == "object")
    }

    @Test func arraysGiveTheirElementsInOrder() throws {
        var parser = JSONParser()
        let text = Array(#"[1,[2,3],{"a":4},"5",6]"#.utf8)
        var kinds: [JSONValue.Kind] = []
        var integers: [Int64] = []
        guard var array = try parser.parse(text.span.bytes).array else {
            Issue.record("not an array")
            return
        }
        while let element = array.next() {
            kinds.append(element.kind)
            if let integer = element.int64 { integers.append(integer) }
        }
        #expect(kinds == [.integer, .array, .object, .string, .integer])
        #expect(integers == [1, 6])
    }

    @Test(arguments: [
        "{} x", "{}{}", "[1,]", "{\"a\":1,}", "{'a':1}", "{a:1}", "01", "1.", ".5", "+1", "NaN", "nul", "\"a",
        "\"\u{1}\"", "[1", "]",
        "\u{FEFF}{}", "0x10", "-", "1 2", #""\x""#, #""\u12G4""#, "[01e999]", "[1e]", "[100000000000000000000x]",
    ])
    func whatIsNoJSONIsMalformed(text: String) {
        #expect(throws: JSONError.malformed) { try read(text) }
    }

    @Test(arguments: ["", " ", "\n\t "])
    func nothingIsEmpty(text: String) {
        #expect(throws: JSONError.empty) { try read(text) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
    ])
    func bytesThatAreNoUTF8AreRefused(bytes: [UInt8]) {
        #expect(throws: JSONError.notUTF8) { try read(bytes) }
    }

    @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#, #""\udfff\ud800""#])
    func halfASurrogatePairIsRefused(text: String) {
        #expect(throws: JSONError.malformed) { try read(text) }
    }

    @Test func depthIsBounded() throws {
        let limit = JSONParser.depthLimit
        #expect(try read(nested(limit - 1)) == "array")
        #expect(throws: JSONError.tooDeep) { try read(nested(limit + 1)) }
        #expect(throws: JSONError.tooDeep) { try read(nested(100_000)) }
    }

    @Test(arguments: [
        ("9223372036854775808", "integer too large"), ("18446744073709551616", "integer too large"),
        ("-9223372036854775809", "integer -9223372036854775808"),
        ("-10000000000000000000", "integer -9223372036854775808"),
        (String(repeating: "9", count: 400), "integer too large"), ("1e999", "fraction"), ("-1.5E+4000", "fraction"),
    ])
    func numbersThatNoTypeHoldsAreStillJSON(text: String, value: String) throws {
        #expect(try read(text) == value)
    }

    @Test func numbersInsideStringsAreNotClamped() throws {
        let text = #"["\"18446744073709551616\\",18446744073709551616]"#
        var parser = JSONParser()
        let bytes = Array(text.utf8)
        guard var array = try parser.parse(bytes.span.bytes).array, let first = array.next()?.string else {
            Issue.record("no string in an array")
            return
        }
        let string = Self.text(first)
        #expect(string == #""18446744073709551616\"#)
    }

    @Test func aParserReadsManyTextsOfAnyLength() throws {
        var parser = JSONParser()
        for length in [1, 100_000, 3, 1_000_000, 0, 64] {
            let text = Array("\"\(String(repeating: "x", count: length))\"".utf8)
            let count = try parser.parse(text.span.bytes).string?.byteCount
            #expect(count == length)
        }
    }

    @Test func mutatedTextsNeverTrap() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("mutatedTextsNeverTrap: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var parser = JSONParser()
        let original = Array(#"{"a":[1,-2.5e3,true,null,"x\u0041\\é"],"b":{"c":18446744073709551616,"d":{}}}"#.utf8)
        for _ in 0..<20_000 {
            var text = original
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let index = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[index] = UInt8.random(in: 0...255, using: &random)
                case 1: text.remove(at: index)
                default: text.insert(Array(#""\{}[],:019.eE+-"#.utf8).randomElement(using: &random)!, at: index)
                }
            }
            do {
                let root = try parser.parse(text.span.bytes)
                let isUTF8 = Self.stringsAreUTF8(root)
                #expect(isUTF8)
            } catch {}
        }
    }

    // MARK: Reading

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @discardableResult
    private func read(_ text: String) throws(JSONError) -> String { try read(Array(text.utf8)) }

    /// The kind and value of a text, spelled.
    private func read(_ bytes: [UInt8]) throws(JSONError) -> String {
        var parser = JSONParser()
        let value = try parser.parse(bytes.span.bytes)
        switch value.kind {
        case .null: return "null"
        case .bool: return "bool \(value.bool!)"
        case .integer: return value.int64.map { "integer \($0)" } ?? "integer too large"
        case .fraction: return "fraction"
        case .string: return "string \(Self.text(value.string!))"
        case .array: return "array"
        case .object: return "object"
        }
    }

    private static func text(_ bytes: RawSpan) -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func stringsAreUTF8(_ value: JSONValue) -> Bool {
        if let string = value.string {
            return string.withUnsafeBytes { String(validating: $0, as: UTF8.self) != nil }
        }
        if var array = value.array {
            while let element = array.next() {
                if !stringsAreUTF8(element) { return false }
            }
        }
        if var object = value.object {
            for name: StaticString in ["a", "b", "c", "d"] {
                if let member = object.take(name), !stringsAreUTF8(member) { return false }
            }
        }
        return true
    }
}
