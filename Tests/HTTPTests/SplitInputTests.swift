import HTTP
import Testing

/// However a request is cut into portions, it comes to the same.
@Suite struct SplitInputTests {
    private static let samples = [
        "GET /v1/products?sort=-price HTTP/1.1\r\nHost: a:80\r\nIf-None-Match: \"x\"\r\nPrefer: wait=0\r\n\r\n",
        "POST /v1/commands/AddProduct HTTP/1.1\r\nhost: a\r\nContent-Length: 12\r\nIdempotency-Key: k\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\n\r\n", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test(arguments: samples)
    func aCutAnywhereChangesNothing(sample: String) {
        let bytes = Array(sample.utf8)
        let whole = outcome(bytes)
        for cut in 0...bytes.count { #expect(outcome(bytes, ends: [cut]) == whole, "cut at \(cut)") }
        #expect(outcome(bytes, ends: Array(0..<bytes.count)) == whole, "byte by byte")
    }

    @Test func randomRequestsInRandomPortionsComeToTheSame() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let parts: [String] = [
            "GET ", "POST ", "/", "/a?b", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: a\r\n", "Host:",
            "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n", "\r\n", "\n", "\r", " ", ":", "X: y\r\n", "\u{0}",
            "Expect: 100-continue\r\n",
        ]
        for round in 0..<3_000 {
            var bytes: [UInt8] = []
            if Bool.random(using: &random) { bytes += Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) }
            for _ in 0..<Int.random(in: 1...8, using: &random) { bytes += parts.randomElement(using: &random)!.utf8 }
            if Int.random(in: 0..<4, using: &random) == 0, let at = bytes.indices.randomElement(using: &random) {
                bytes[at] = UInt8.random(in: 0...255, using: &random)
            }
            let ends = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }
            let whole = outcome(bytes)
            #expect(outcome(bytes, ends: ends.sorted()) == whole, "seed \(seed), round \(round): \(bytes)")
            // What is taken must be what the contract lets pass.
            if case .request(let request) = whole {
                #expect(!(request.isChunked && request.contentLength > 0), "seed \(seed), round \(round)")
                #expect(request.target.utf8.first == UInt8(ascii: "/"), "seed \(seed), round \(round)")
            }
        }
    }
}
