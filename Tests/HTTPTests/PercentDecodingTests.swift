import HTTP
import JSON
import Testing

@Suite struct PercentDecodingTests {
    @Test(arguments: [
        ("/v1/%70roducts", "/v1/products"), ("/%41%5a%61%7A%30%39%2D%2e%5F%7E", "/AZaz09-._~"),
        ("/a%2Fb%2fc", "/a%2Fb%2fc"),
        ("/%20%25%3F%23%C3%A9+", "/%20%25%3F%23%C3%A9+"), ("/%2570", "/%2570"), ("", ""), ("%61", "a"),
    ])
    func onlyUnreservedCharactersAreReplaced(path: String, expected: String) throws {
        #expect(try normalized(path) == expected)
    }

    @Test(arguments: [
        ("/a%", PercentError.badEscape), ("/a%4", .badEscape), ("/%4G", .badEscape), ("/%%41", .badEscape),
        ("/%FF", .notUTF8),
        ("/%41%C3", .notUTF8),
    ])
    func malformedPathsAreRefused(path: String, expected: PercentError) {
        #expect(throws: expected) { try normalized(path) }
    }

    private func normalized(_ path: String) throws(PercentError) -> String {
        let path = Array(path.utf8)
        var output = ByteWriter(capacity: 16)
        try PercentDecoding.normalize(path: path.span.bytes, into: &output)
        return String(decoding: output.copyBytes(), as: UTF8.self)
    }
}
