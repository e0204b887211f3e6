import HTTP
import Testing

@Suite struct RequestParserTests {
    @Test func fieldsAreFoundInAnyCaseAndTrimmed() throws {
        let parsed = try #require(
            request(
                "GET /v1/products?a=1&b=%20 HTTP/1.1\r\nhOST: example:8080\r\nX-Other: 1\r\nIF-NONE-MATCH: \t\"x\" \t\r\n"
                    + "Prefer:wait=3\r\nAccept:\r\n\r\n"))
        #expect(parsed.method == .get)
        #expect(parsed.path == "/v1/products")
        #expect(parsed.query == "a=1&b=%20")
        #expect(parsed.fields["host"] == ["example:8080"])
        #expect(parsed.fields["if-none-match"] == ["\"x\""])
        #expect(parsed.fields["prefer"] == ["wait=3"])
        #expect(parsed.fields["accept"] == [""])
        #expect(parsed.keepAlive)
    }

    @Test func everyKnownFieldIsFoundByItsName() throws {
        for header in Header.allCases {
            let value =
                switch header {
                case .contentLength: "0"
                case .transferEncoding: "chunked"
                case .expect: "100-continue"
                default: "a"
                }
            let host = header == .host ? "" : "Host: a\r\n"
            let parsed = try #require(request("GET / HTTP/1.1\r\n\(host)\(header.name): \(value)\r\n\r\n"))
            #expect(parsed.fields["\(header.name)"] == [value])
        }
    }

    @Test func repeatedFieldsAreKnownAsSuch() throws {
        let parsed = try #require(
            request("GET / HTTP/1.1\r\nHost: a\r\nConsistency-Token: x\r\nAccept: a\r\nconsistency-token: y\r\n\r\n"))
        #expect(parsed.fields["consistency-token"] == ["x", "y"])
        #expect(parsed.fields["accept"] == ["a"])
    }

    @Test(arguments: [
        ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("OPTIONS", .options), ("PUT", .put), ("PATCH", .patch),
        ("DELETE", .delete), ("TRACE", .other), ("PROPFIND", .other),
    ])
    func methodsAreTold(name: String, method: Method) {
        #expect(request("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == method)
    }

    @Test(arguments: ["BREW", "get", "G", "GETT"])
    func unknownMethodsAreNotImplemented(name: String) {
        #expect(refusal("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n") == .unknownMethod)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\n2\r\n\r\n",
    ])
    func aLineWithoutCarriageReturnIsRefused(text: String) {
        #expect([.bareLineFeed, .malformedRequestLine].contains(refusal(text)))
    }

    @Test func aBareLineFeedIsRefusedBeforeTheHeadIsComplete() {
        #expect(refusal("GET / HTTP/1.1\n") == .bareLineFeed)
    }

    @Test(arguments: [
        "X: a\r\n b", "X: a\r\n\tb", " X: a", "\tX: a", "Content-Length: 1\r\n 2", "Transfer-Encoding: chunked\r\n ,x",
        "X: a\r\n ", "X:\r\n a",
    ])
    func foldedFieldsAreRefused(fields: String) {
        #expect(refusal(fields: fields) == .foldedField)
    }

    @Test func theFirstLineBelowTheRequestLineMayNotBeFolded() {
        #expect(refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == .foldedField)
    }

    @Test(arguments: [
        (": a", Refusal.emptyFieldName), (":", .emptyFieldName), ("X : a", .spaceBeforeColon),
        ("X\t: a", .spaceBeforeColon),
        ("Content-Length : 5", .spaceBeforeColon), ("X", .malformedField), ("X a", .malformedField),
        ("X\u{1}: a", .controlByte), ("X: a\u{0}b", .controlByte), ("X: a\rb", .controlByte),
        ("X: a\u{7F}", .controlByte),
        ("X: \u{1B}", .controlByte), ("X@: a", .controlByte), ("X y: a", .controlByte), ("\"X\": a", .controlByte),
        ("X\u{E9}: a", .controlByte),
    ])
    func malformedFieldsAreRefused(fields: String, expected: Refusal) {
        #expect(refusal(fields: fields) == expected)
    }

    @Test func bytesAboveASCIIAreAllowedInValues() {
        #expect(refusal(fields: "X: caf\u{E9}") == nil)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", Refusal.missingHost), ("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", .repeatedHost),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost), ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .badHost), ("GET / HTTP/1.1\r\nHost: x@a\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .badHost),
    ])
    func thereMustBeOneHost(text: String, expected: Refusal) {
        #expect(refusal(text) == expected)
    }

    @Test func anEmptyHostIsTaken() {
        #expect(request("GET / HTTP/1.1\r\nHost:\r\n\r\n") != nil)
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nContent-Length: 5", Refusal.repeatedContentLength),
        ("Content-Length: 5\r\nContent-Length: 6", .repeatedContentLength),
        ("Content-Length: 5, 5", .badContentLength), ("Content-Length: +5", .badContentLength),
        ("Content-Length: -5", .badContentLength), ("Content-Length: 0x5", .badContentLength),
        ("Content-Length:", .badContentLength), ("Content-Length: 5 5", .badContentLength),
        ("Content-Length: 5.0", .badContentLength), ("Content-Length: 99999999999999999999999", .bodyTooLarge),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", .lengthWithTransferEncoding),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", .lengthWithTransferEncoding),
        ("Transfer-Encoding: gzip", .unsupportedTransferEncoding),
        ("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked, chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: identity", .unsupportedTransferEncoding),
        ("Transfer-Encoding:", .unsupportedTransferEncoding),
        ("Transfer-Encoding: \"chunked\"", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked;q=1", .unsupportedTransferEncoding),
        ("Expect: 200-ok", .expectationFailed), ("Expect: 100-continue\r\nExpect: 100-continue", .expectationFailed),
    ])
    func bodiesAreDelimitedInOneWayOnly(fields: String, expected: Refusal) {
        #expect(refusal(fields: fields) == expected)
    }

    @Test(arguments: ["", " ", "\t", " \t ", "\t\t"], ["", " ", "\t", " \t ", "\t\t"])
    func blanksAroundTheFieldsThatDelimitBodiesAreLegal(before: String, after: String) throws {
        for other in ["", "X: y\r\n"] {
            let start = "POST /a HTTP/1.1\r\nHost: a\r\n\(other)"
            let end = "\(after)\r\n\(other)\r\n"
            #expect(request(start + "Content-Length:\(before)12\(end)")?.contentLength == 12)
            #expect(request(start + "Transfer-Encoding:\(before)chunked\(end)")?.isChunked == true)
            #expect(refusal(start + "Content-Length:\(before)1 2\(end)") == .badContentLength)
            #expect(refusal(start + "Transfer-Encoding:\(before)chun ked\(end)") == .unsupportedTransferEncoding)
        }
    }

    @Test func transferEncodingIsUnknownToVersionOne() {
        #expect(
            refusal("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == .unsupportedTransferEncoding)
    }

    @Test func bodiesAreAnnounced() throws {
        let sized = try #require(request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0012\r\n\r\n"))
        #expect(sized.contentLength == 12)
        let chunked = try #require(
            request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\nExpect: 100-Continue\r\n\r\n"))
        #expect(chunked.isChunked)
        #expect(chunked.expectsContinue)
    }

    @Test(arguments: [
        ("GET / HTTP/2.0", Refusal.unsupportedVersion), ("GET / HTTP/1.2", .unsupportedVersion),
        ("GET / HTTP/0.9", .unsupportedVersion), ("GET / HTTP/2", .unsupportedVersion),
        ("PRI * HTTP/2.0", .unsupportedVersion),
        ("GET / HTTP/1.11", .unsupportedVersion),
        ("GET /", .malformedRequestLine), ("GET", .malformedRequestLine), ("GET / ", .malformedRequestLine),
        ("GET  / HTTP/1.1", .malformedRequestLine), ("GET /  HTTP/1.1", .malformedRequestLine),
        ("GET / HTTP/1.1 ", .malformedRequestLine), (" GET / HTTP/1.1", .malformedRequestLine),
        ("GET / http/1.1", .malformedRequestLine), ("GET / HTTPS/1.1", .malformedRequestLine),
        ("GET\t/\tHTTP/1.1", .malformedRequestLine), ("GET HTTP/1.1", .malformedRequestLine),
        ("GET / HTTP/1.x", .malformedRequestLine), ("\u{16}\u{3}\u{1}", .malformedRequestLine),
        ("(GET) / HTTP/1.1", .malformedRequestLine),
    ])
    func firstLinesAreStrict(line: String, expected: Refusal) {
        #expect(refusal("\(line)\r\nHost: a\r\n\r\n") == expected)
    }

    @Test(arguments: [
        "GET /a b HTTP/1.1", "GET /a\u{1} HTTP/1.1", "GET /a\tb HTTP/1.1", "GET /\u{E9} HTTP/1.1",
        "GET /\u{7F} HTTP/1.1",
        "GET /a#b HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1", "GET http:// HTTP/1.1", "GET http:///a HTTP/1.1",
        "GET ftp://a/ HTTP/1.1", "GET http://u@a/ HTTP/1.1", "CONNECT a:80 HTTP/1.1", "OPTIONS *a HTTP/1.1",
        "GET ?a HTTP/1.1",
    ])
    func targetsAreStrict(line: String) throws {
        let refused = try #require(refusal("\(line)\r\nHost: a\r\n\r\n"))
        #expect(refused.status == .badRequest)
    }

    @Test func absoluteTargetsAreTaken() throws {
        let parsed = try #require(request("GET HTTP://a:80/x/y?z=1?2 HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(parsed.path == "/x/y")
        #expect(parsed.query == "z=1?2")
        let bare = try #require(request("GET http://a?z HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(bare.path == "")
        #expect(bare.query == "z")
    }

    @Test func theServerAsAWholeMayBeAskedForItsOptions() {
        #expect(request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")?.path == "*")
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: x, Close\r\n", false), ("HTTP/1.1", "Connection: x\r\nConnection: close\r\n", false),
        ("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n", true),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: keep-alive\r\n", true),
        ("HTTP/1.1", "Connection: close\t\r\n", false), ("HTTP/1.1", "Connection:\tclose\r\n", false),
        ("HTTP/1.1", "Connection: x, close\t\r\n", false), ("HTTP/1.1", "Connection: x\t,\tclose\t,\ty\r\n", false),
        ("HTTP/1.1", "Connection: ,,close,\r\n", false), ("HTTP/1.1", "Connection: close\r\nConnection: x\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive, close\r\n", false), ("HTTP/1.1", "Connection: closed\r\n", true),
        ("HTTP/1.1", "Connection: close x\r\n", true), ("HTTP/1.1", "Connection: \"close\"\r\n", true),
        ("HTTP/1.1", "Connection:\r\n", true), ("HTTP/1.1", "Proxy-Connection: close\r\n", true),
        ("HTTP/1.0", "Connection: keep-alive, close\r\n", false), ("HTTP/1.0", "Connection: Keep-Alive\t\r\n", true),
        ("HTTP/1.0", "Connection: close, keep-alive\r\n", false), ("HTTP/1.0", "Connection: x, keep-alive\r\n", true),
        ("HTTP/1.0", "Connection: x\r\nConnection: keep-alive\r\n", true),
        ("HTTP/1.0", "Proxy-Connection: keep-alive\r\n", false), ("HTTP/1.0", "Connection: keep-alivex\r\n", false),
    ])
    func theClientDecidesHowLongTheConnectionLives(version: String, fields: String, expected: Bool) {
        #expect(request("GET / \(version)\r\nHost: a\r\n\(fields)\r\n")?.keepAlive == expected)
    }

    @Test func targetsAreBounded() {
        func line(_ count: Int) -> String {
            "GET /\(String(repeating: "a", count: count - 1)) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        #expect(request(line(Limits.targetBytes)) != nil)
        #expect(refusal(line(Limits.targetBytes + 1)) == .targetTooLong)
        #expect(refusal(line(Limits.headBytes * 2)) == .targetTooLong)
        // Refused without waiting for the end of the line.
        #expect(refusal("GET /" + String(repeating: "a", count: Limits.targetBytes + 100)) == .targetTooLong)
    }

    @Test func headsAreBounded() {
        func head(_ count: Int) -> String {
            let rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".utf8.count
            return "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: count - rest))\r\n\r\n"
        }
        #expect(request(head(Limits.headBytes))?.headLength == Limits.headBytes)
        #expect(refusal(head(Limits.headBytes + 1)) == .headTooLarge)
        #expect(refusal(String(head(Limits.headBytes * 2).dropLast(4))) == .headTooLarge)
    }

    @Test func fieldsAreCounted() {
        func head(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "Accept: a\r\n", count: count - 1) + "\r\n"
        }
        #expect(request(head(Limits.fields)) != nil)
        #expect(refusal(head(Limits.fields + 1)) == .tooManyFields)
    }
}
