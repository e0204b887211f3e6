import HTTP
import Testing

/// Hosts with ports as RFC 3986 spells them, in Host and in absolute targets alike.
@Suite struct AuthorityTests {
    @Test(arguments: [
        "a", "a:80", "a:", "a:0", "a:65535", "a:00080", "localhost:8080", "127.0.0.1:8080", "0.0.0.0=5000", "a%20b",
        "a%2fb:1", "999.1.1.1", "a,b", "a;b=c", "!$&'()*+,;=-._~", "A_b~", "1", "%C3%A9", "-", "a..b", "a.",
        "[::1]", "[::1]:8080", "[::]:", "[::1]:65535", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::ffff:1.2.3.4]",
        "[FE80::1]", "[v1.a]", "[V1F.a:b~!]:80",
    ])
    func hostsAreTaken(host: String) {
        #expect(request("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") != nil)
        let parsed = request("GET http://\(host)/x?y HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(parsed?.path == "/x" && parsed?.query == "y")
        #expect(request("GET http://\(host) HTTP/1.1\r\nHost: a\r\n\r\n")?.path == "")
    }

    @Test(arguments: [
        "h:-1", "h:+1", "a:b:c", "a:1:2", "[::1", "localhost:port", "a:65536", "a:99999999999999999999", "a:8 0",
        "a: 80",
        "a:0x50", ":80", ":", "a b", "a%", "a%2", "a%2g", "a%-1", "a@b", "a:b@c", "a\"b", "a<b", "a\\b", "a^b", "a`b",
        "a{b", "a|b", "[]", "[::1]a", "[::1]80", "[::1]]", "::1", "]", "[", "[a]", "[::1:80", "a[::1]", "[::g]",
        "[1:2:3]",
        "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[12345::]", "[1::2::3]", "[:1]", "[::1.2.3]", "[::256.1.1.1]",
        "[fe80::1%25eth0]", "[fe80::1%eth0]", "[v.a]", "[v1.]", "[v1]", "[vg.a]", "[v1.a b]", "[v1.a[b]", "a[b", "a]b",
        "[127.0.0.1]", "\u{E9}", "a\u{E9}:1", "[::1]:x", "[::1]:65536",
    ])
    func whatIsNoHostIsRefused(host: String) {
        #expect(refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .badHost)
        #expect(refusal("GET http://\(host)/x HTTP/1.1\r\nHost: a\r\n\r\n")?.status == .badRequest)
    }

    @Test(arguments: ["/", "a/b", "a?b", "a#b"])
    func aHostIsNoOtherPartOfAURL(host: String) {
        #expect(refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .badHost)
    }
}
