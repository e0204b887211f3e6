import HTTP
import JSON
import Testing

@Suite struct ResponseTests {
    @Test(
        arguments: [
            (784_111_777_000, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            (0, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
            (951_868_799_999, "Date: Tue, 29 Feb 2000 23:59:59 GMT\r\n"),
        ] as [(Int64, String)])
    func datesHaveTheOneFormOfHTTP(milliseconds: Int64, expected: String) {
        #expect(
            written { $0.beginHead(.ok, DateHeader(milliseconds: milliseconds), .implied) } == "HTTP/1.1 200 OK\r\n"
                + expected)
    }

    @Test func headsAreWrittenFieldByField() {
        let head = written {
            $0.beginHead(.methodNotAllowed, DateHeader(milliseconds: 0), .closing)
            $0.field("Allow", "GET, HEAD")
            $0.field("Retry-After", decimal: 12)
            $0.endHead(contentLength: 0)
        }
        #expect(
            head == "HTTP/1.1 405 Method Not Allowed\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n"
                + "Allow: GET, HEAD\r\nRetry-After: 12\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func problemsNameEveryMistake() {
        var problem = Problem("insufficient-stock", .conflict, "Not enough \"stock\"", detail: "2 are left.")
            .at(.pointer("#/lines/0/quantity"), "at most 2").at(.parameter("x"), "unknown").at(.header("Prefer"), "odd")
        problem.texts = [("productId", "p-1")]
        problem.numbers = [("available", 2)]
        #expect(
            written { problem.write(into: &$0) }
                == #"{"type":"urn:vitrine:problem:insufficient-stock","title":"Not enough \"stock\"","status":409,"#
                + ##""detail":"2 are left.","productId":"p-1","available":2,"errors":[{"pointer":"#/lines/0/quantity","##
                + #""detail":"at most 2"},{"parameter":"x","detail":"unknown"},{"header":"Prefer","detail":"odd"}]}"#)
    }

    @Test(arguments: [1, 9, 15, 16, 255, 256, 4_095, 65_536, 1_048_577])
    func bodiesOfUnknownLengthComeInChunks(count: Int) {
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        let text = String(repeating: "x", count: count)
        let chunks = written {
            $0.endHead(isChunked: true)
            $0.append(part: part.span.bytes, isChunked: true)
            $0.append(part: [UInt8]().span.bytes, isChunked: true)
            $0.endBody(isChunked: true)
        }
        #expect(chunks == "Transfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(text)\r\n0\r\n\r\n")
        let plain = written {
            $0.endHead(isChunked: false)
            $0.append(part: part.span.bytes, isChunked: false)
            $0.endBody(isChunked: false)
        }
        #expect(plain == "\r\n" + text)
    }

    @Test(arguments: Refusal.allCases)
    func everyRefusalHasItsProblem(refusal: Refusal) {
        #expect(refusal.problem.status == refusal.status)
        #expect(refusal.problem.detail?.isEmpty == false)
    }

    private func written(_ body: (inout ByteWriter) -> Void) -> String {
        var output = ByteWriter()
        body(&output)
        return String(decoding: output.copyBytes(), as: UTF8.self)
    }
}
