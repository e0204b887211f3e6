import Testing

@testable import Server

/// Origins as they are configured.
@Suite struct CrossOriginTests {
    @Test(arguments: [
        ("https://shop.example", "https://shop.example"), ("HTTPS://Shop.Example:8443", "https://shop.example:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"), ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[::1]", "http://[::1]"), ("https://a:443", "https://a"), ("http://a:80", "http://a"),
        ("http://a:443", "http://a:443"), ("capacitor://localhost", "capacitor://localhost"),
    ])
    func anOriginIsKnownAsBrowsersSpellIt(configured: String, sent: String) throws {
        let policy = try #require(CrossOrigin("https://other.example, " + configured))
        #expect(number(sent, in: policy) == 2)
        #expect(String(decoding: policy.fields(2), as: UTF8.self).hasPrefix("Access-Control-Allow-Origin: \(sent)\r\n"))
        for stranger in [sent + "0", sent + "/", "null", "", "https://other.example.evil"] {
            #expect(number(stranger, in: policy) == 0, "\(stranger)")
        }
        #expect(policy.number(of: nil) == 0)
    }

    @Test func everyOriginIsOneAnswer() throws {
        let policy = try #require(CrossOrigin("*"))
        #expect(policy.isAny)
        #expect(number("https://a", in: policy) == 0)
        #expect(policy.fields(0) == policy.fields(number("null", in: policy)))
        #expect(try #require(CrossOrigin("https://a,*")).isAny)
    }

    @Test(arguments: [
        "", ",", "https://a,", "shop.example", "https://", "https:shop", "https://a/", "https://a/b", "https://a?b",
        "https://a#b", "https://u@a", "https://a b", "https://a:", "https://a:0", "https://a:65536", "https://a:x",
        "://a", "1://a", "https://é", "https://a\r\nX: y", "https://*.a", "null", "http://[::1", "http://[a]",
        "http://::1",
    ])
    func aMalformedOriginIsRefused(text: String) {
        #expect(CrossOrigin(text) == nil)
    }

    private func number(_ origin: String, in policy: CrossOrigin) -> Int {
        let bytes = Array(origin.utf8)
        return policy.number(of: bytes.span.bytes)
    }
}
