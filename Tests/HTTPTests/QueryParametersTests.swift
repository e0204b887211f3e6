import HTTP
import JSON
import Testing

@Suite struct QueryParametersTests {
    @Test(arguments: [
        ("", []), ("a=1", ["a=1"]), ("a=1&b=2", ["a=1", "b=2"]), ("a", ["a="]), ("a=", ["a="]), ("=a", ["=a"]),
        ("a=1=2", ["a=1=2"]), ("a+b=c+d", ["a b=c d"]), ("a=%20%2B%26%3D", ["a= +&="]), ("%61=%C3%A9", ["a=é"]),
        ("a&&b", ["a=", "=", "b="]), ("a=1&", ["a=1", "="]), ("&", ["=", "="]),
    ])
    func parametersAreDecoded(query: String, expected: [String]) throws {
        #expect(try parameters(query) == expected)
    }

    @Test(arguments: [
        ("a=%", PercentError.badEscape), ("a=%2", .badEscape), ("a=%2g", .badEscape), ("%zz=1", .badEscape),
        ("b=1&a=%+1", .badEscape), ("a=%ff", .notUTF8), ("a=%C3", .notUTF8), ("a=%ED%A0%80", .notUTF8),
        ("a=%C0%80", .notUTF8), ("%C3=%A9", .notUTF8),
    ])
    func badEscapesAreRefused(query: String, expected: PercentError) {
        #expect(throws: expected) { _ = try parameters(query) }
    }

    @Test func pathsKeepTheirPlus() throws {
        var output = ByteWriter()
        output.append("kept")
        let encoded = Array("a+b%2Fc".utf8)
        try PercentDecoding.decode(encoded.span.bytes, into: &output)
        #expect(String(decoding: output.copyBytes(), as: UTF8.self) == "kepta+b/c")
        let bad = Array("x%".utf8)
        #expect(throws: PercentError.badEscape) { try PercentDecoding.decode(bad.span.bytes, into: &output) }
        #expect(output.count == 9)
    }

    private func parameters(_ query: String) throws(PercentError) -> [String] {
        let bytes = Array(query.utf8)
        var found: [String] = []
        var parameters = QueryParameters(bytes.span.bytes)
        while try parameters.next() { found.append(text(parameters.name) + "=" + text(parameters.value)) }
        return found
    }
}
