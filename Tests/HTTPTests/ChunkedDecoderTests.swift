import HTTP
import Testing

@Suite struct ChunkedDecoderTests {
    @Test(arguments: [
        ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("0\r\n\r\n", ""),
        ("00a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "0123456789x"),
        ("3;name=value;other\r\nabc\r\n0;x\r\n\r\n", "abc"), ("3\r\nabc\r\n0\r\nTrailer: x\r\nOther:y\r\n\r\n", "abc"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("2 ;a\r\nab\r\n0\t; b\r\n\r\n", "ab"), ("2;a=b;c=\"d;\\\"\te\"\r\nab\r\n0\r\n\r\n", "ab"),
        ("2;a = b ; c\t=\t\"\" ;d\r\nab\r\n0\r\n\r\n", "ab"), ("2;a=\"\u{E9}\\\u{E9}\"\r\nab\r\n0\r\n\r\n", "ab"),
    ])
    func chunksAreTakenOffHoweverTheyArrive(input: String, content: String) {
        let bytes = Array((input + "GET").utf8)
        for portion in 1...bytes.count { #expect(decode(bytes, portion: portion) == .content(content, left: 3)) }
    }

    @Test(arguments: [
        "x\r\n", "\r\n", ";x\r\n", "-1\r\n", "0x3\r\nabc\r\n", " 3\r\nabc\r\n", "3 \r\nabc\r\n", "3\nabc\r\n",
        "3\rabc\r\n",
        "3\r\nabcd\r\n", "3\r\nabc\n0\r\n", "3\r\nabc\rX", "0\r\n\n", "0\r\nX: y\n\r\n", "0\r\n X: y\r\n\r\n",
        "0\r\n\rX",
        "3;a\u{1}\r\nabc\r\n", "0\r\nX: \u{0}\r\n\r\n", "1000000000000000\r\n", "3;\n", "0\r\n: x\r\n\r\n",
        "0\r\nabc\r\n\r\n",
        "0\r\na b: c\r\n\r\n",
        "2;\r\nab\r\n", "2;=x\r\nab\r\n", "2;a=\"b\r\nab\r\n", "2;bad[=x\r\nab\r\n", "2;a b\r\nab\r\n", "2; \r\n",
        "2;a;\r\n", "2;;a\r\n", "2;a=\r\n", "2;a= \r\n", "2;a=b=c\r\n", "2;a==b\r\n", "2;a \r\n", "2;a=b \r\n",
        "2;a=\"b\" \r\n", "2;a=\"b\"c\r\n", "2;a=b\"c\"\r\n", "2;a=\"b\\\r\n", "2;\"a\"\r\n", "2;a,b\r\n",
        "2;\u{E9}\r\n",
        "2;a=\u{E9}\r\n", "2;a=\"\u{1}\"\r\n", "2;a=\"\\\u{1}\"\r\n", "2 a\r\n", "2 ;a b=c\r\n", "0;\r\n\r\n",
    ])
    func badChunksAreRefused(input: String) {
        let bytes = Array(input.utf8)
        for portion in 1...bytes.count { #expect(decode(bytes, portion: portion) == .refused(.badChunk)) }
    }

    @Test func extensionsAndTrailersAreBounded() {
        let long = String(repeating: "a", count: Limits.trailerBytes + 1)
        #expect(decode(Array("3;\(long)\r\n".utf8), portion: 100) == .refused(.badChunk))
        #expect(decode(Array("0\r\nX: \(long)\r\n\r\n".utf8), portion: 100) == .refused(.headTooLarge))
    }

    @Test func theContentIsBoundedBeforeItArrives() {
        #expect(decode(Array("3\r\nabc\r\n".utf8), portion: 100, limit: 2) == .refused(.bodyTooLarge))
        #expect(decode(Array("fffff\r\n".utf8), portion: 100, limit: 10) == .refused(.bodyTooLarge))
        #expect(decode(Array("3\r\nabc\r\n0\r\n\r\n".utf8), portion: 1, limit: 3) == .content("abc", left: 0))
        #expect(decode(Array("2\r\nab\r\n2\r\n".utf8), portion: 1, limit: 3) == .refused(.bodyTooLarge))
    }

    @Test func anUnfinishedBodyIsNotDone() {
        #expect(decode(Array("3\r\nabc\r\n0\r\n".utf8), portion: 2) == .incomplete)
    }

    private enum Decoded: Equatable {
        case content(String, left: Int)
        case incomplete
        case refused(Refusal)
    }

    /// Decodes the way a connection does: in place, as much as has arrived.
    private func decode(_ input: [UInt8], portion: Int, limit: Int = 1_000) -> Decoded {
        var decoder = ChunkedDecoder()
        var content: [UInt8] = []
        var at = 0
        while at < input.count {
            var arrived = Array(input[at..<min(at + portion, input.count)])
            do throws(Refusal) {
                let room = limit - content.count
                let (used, count) = try decodeInPlace(&decoder, &arrived, limit: room)
                content += arrived[..<count]
                at += used
            } catch {
                return .refused(error)
            }
            if decoder.isDone { return .content(String(decoding: content, as: UTF8.self), left: input.count - at) }
        }
        return .incomplete
    }

    private func decodeInPlace(
        _ decoder: inout ChunkedDecoder, _ bytes: inout [UInt8], limit: Int
    ) throws(Refusal) -> (Int, Int) {
        let result = bytes.withUnsafeMutableBytes { buffer -> Result<(Int, Int), Refusal> in
            do throws(Refusal) {
                let (used, content) = try decoder.decode(buffer, limit: limit)
                return .success((used, content))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
