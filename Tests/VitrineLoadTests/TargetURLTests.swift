import Testing

@testable import vitrine_load

@Suite struct TargetURLTests {
    @Test(
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, nil, "127.0.0.1:8080"),
            ("http://localhost/", "localhost", 80, nil, "localhost"),
            (
                "HTTP://shop.example:81/v1/products?category=a%20b#top", "shop.example", 81,
                "/v1/products?category=a%20b", "shop.example:81"
            ),
            ("http://[::1]:9000/x", "::1", 9000, "/x", "[::1]:9000"),
            ("http://[::1]", "::1", 80, nil, "[::1]"),
            ("http://127.0.0.1:8080/#top", "127.0.0.1", 8080, nil, "127.0.0.1:8080"),
            ("http://host?a=b", "host", 80, "/?a=b", "host"),
        ] as [(String, String, UInt16, String?, String)])
    func urlsAreTakenApart(url: String, host: String, port: UInt16, path: String?, authority: String) throws {
        let parsed = try TargetURL.parse(url)
        #expect(parsed == TargetURL(host: host, port: port, path: path))
        #expect(parsed.authority == authority)
    }

    @Test(arguments: [
        "", "localhost:8080", "https://localhost", "http://", "http://:80", "http://host:0", "http://host:65536",
        "http://host:", "http://host:8o", "http://user@host/", "http://[::1", "http://[::1]x", "http://host/a b",
        "http://host/ä", "http://ho st/", "http://host/a\r\nX: y",
    ])
    func whatIsNoURLIsRefused(url: String) {
        #expect(throws: LoadError.self) { try TargetURL.parse(url) }
    }
}
