import Testing

@testable import vitrine_load

@Suite struct AnswerParserTests {
    private func feed(_ text: String, to parser: AnswerParser) -> AnswerParser.Step {
        Array(text.utf8).withUnsafeBytes { parser.feed($0) }
    }

    private func text(_ parser: AnswerParser) -> String { String(decoding: parser.body.copyBytes(), as: UTF8.self) }

    @Test func answersAreReadOneAfterTheOther() {
        let parser = AnswerParser(bodyLimit: 100)
        #expect(feed("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 4\r\n\r\nfine", to: parser) == .complete)
        #expect(parser.status == 200 && parser.keepsAlive && text(parser) == "fine")
        #expect(parser.entityTag.copyBytes() == Array("\"a\"".utf8))
        parser.reset()
        #expect(feed("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", to: parser) == .complete)
        #expect(parser.status == 304 && !parser.keepsAlive && parser.body.isEmpty && parser.entityTag.isEmpty)
    }

    @Test func anAnswerMayArriveByteByByte() {
        let parser = AnswerParser(bodyLimit: 100)
        let whole =
            "HTTP/1.1 200 OK\r\nX: e\r\nDate: x\r\netAG: \"long-tag\"\r\nETagged: no\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n"
        // Scalars, for CR LF is one character to Swift.
        for scalar in whole.unicodeScalars.dropLast() { #expect(feed(String(scalar), to: parser) == .needsMore) }
        #expect(feed("\n", to: parser) == .complete)
        #expect(text(parser) == "fine")
        #expect(parser.entityTag.copyBytes() == Array("\"long-tag\"".utf8))
    }

    @Test func anInterimAnswerIsPassedOver() {
        let parser = AnswerParser(bodyLimit: 100)
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
        #expect(feed(answer, to: parser) == .complete)
        #expect(parser.status == 201)
    }

    @Test func onlyTheStartOfABodyIsKept() {
        let parser = AnswerParser(bodyLimit: 3)
        #expect(feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", to: parser) == .needsMore)
        #expect(feed("cde", to: parser) == .complete)
        #expect(text(parser) == "abc")
    }

    @Test func jsonIsKeptWhole() {
        let parser = AnswerParser(bodyLimit: 3)
        let head = "HTTP/1.1 200 OK\r\ncontent-TYPE: Application/json;charset=utf-8\r\nConsistency-Token: t\r\n"
        #expect(feed(head + "Content-Length: 5\r\n\r\nabcde", to: parser) == .complete)
        #expect(parser.isJSON && parser.hasToken && !parser.isBodyCut && text(parser) == "abcde")
        parser.reset()
        parser.readsWhole = false
        #expect(feed(head + "Content-Length: 5\r\n\r\nabcde", to: parser) == .complete)
        #expect(!parser.isJSON && !parser.hasToken && parser.isBodyCut && text(parser) == "abc")
        parser.reset()
        parser.readsWhole = true
        let other = "HTTP/1.1 200 OK\r\nContent-Type: application/jsonp\r\nConsistency-Token:\r\n"
        #expect(feed(other + "Content-Length: 5\r\n\r\nabcde", to: parser) == .complete)
        #expect(!parser.isJSON && !parser.hasToken && text(parser) == "abc")
    }

    @Test func anEndOfConnectionEndsOnlyAnAnswerWithoutLength() {
        let open = AnswerParser(bodyLimit: 100)
        #expect(feed("HTTP/1.1 200 OK\r\n\r\nfine", to: open) == .needsMore)
        #expect(open.finish() == .complete && !open.keepsAlive && text(open) == "fine")
        let short = AnswerParser(bodyLimit: 100)
        #expect(feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfine", to: short) == .needsMore)
        #expect(short.finish() == .broken)
        #expect(AnswerParser(bodyLimit: 100).finish() == .broken)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nfine", "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func brokenFramingIsSeen(answer: String) {
        let parser = AnswerParser(bodyLimit: 100)
        #expect(feed(answer, to: parser) == .broken)
    }
}
