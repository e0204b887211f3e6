import Testing

@testable import vitrine_load

@Suite(.serialized) struct LoadReportTests {
    @Test func theJSONReportHasItsFields() throws {
        let server = try TestServer { _, _ in .ok("fine") }
        defer { server.stop() }
        let run = try LoadProcess([server.url + "/thing", "--connections", "2", "--duration", "300ms"])
        #expect(run.exitCode == 0)
        let requests = try #require(run.number("requests"))
        #expect(Int(requests) == server.requestCount)
        #expect(run.number("errors") == 0)
        let (rate, seconds) = (try #require(run.number("rate")), try #require(run.number("seconds")))
        #expect(abs(rate * seconds - requests) / requests < 0.01)
        let latencies = try ["p50", "p90", "p99", "p999", "max"].map { try #require(run.number("latencyMicros", $0)) }
        #expect(latencies == latencies.sorted())
        #expect(latencies[0] > 0)
    }

    @Test func thePageIsWholeAndEscaped() throws {
        let server = try TestServer { _, _ in .ok("<script>&", status: "500 Broken") }
        defer { server.stop() }
        let directory = try LoadProcess.makeDirectory()
        let path = "\(directory)/report.html"
        _ = try LoadProcess([server.url + "/thing", "--connections", "1", "--duration", "100ms", "--report", path])
        let page = LoadProcess.contents(of: path)
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<polyline"))
        #expect(page.contains("&lt;script&gt;&amp;") && !page.contains("<script>"))
    }

    @Test func theBrowseMixReportsEachKind() throws {
        let server = try TestServer(Self.market)
        defer { server.stop() }
        let run = try LoadProcess([server.url, "--connections", "2", "--duration", "500ms", "--seed", "7"])
        #expect(run.exitCode == 0, "\(run.output)")
        let kinds = try #require(run.report?["kinds"]?.array)
        #expect(kinds.count == 8)
        #expect(kinds.compactMap { $0["requests"]?.number }.reduce(0, +) == run.number("requests"))
    }

    /// Two products, one order, a cursor that always has a next page, and entity tags that always match.
    @Sendable private static func market(head: String, number: Int) -> TestServer.Answer {
        if head.contains("If-None-Match: \"tag\"\r\n") {
            return .init(
                bytes: Array("HTTP/1.1 304 Not Modified\r\nETag: \"tag\"\r\nConsistency-Token: t\r\n\r\n".utf8))
        }
        let fields = "etag: \"tag\"\r\nConsistency-Token: t\r\nContent-Type: application/json\r\n"
        if let id = head.split(separator: " ")[1].split(separator: "/").dropFirst(2).first {
            return .ok("{\"productId\":\"\(id)\"}", fields: fields)
        }
        let cursor = head.contains("cursor=next.1") ? "null" : "\"next.1\""
        let money = "{\"amount\":5,\"currency\":\"GBP\"}"
        let time = "2026-01-01T00:00:00.000Z"
        let products = [("p1", "Garden & more"), ("p2", "Books")].map { id, category in
            """
            {"productId":"\(id)","price":\(money),"category":"\(category)","seller":{"userId":"s:1"},"addedAt":"\(time)"}
            """
        }
        let items =
            if head.hasPrefix("GET /v1/orders") {
                "{\"orderId\":\"o1\",\"customer\":{\"userId\":\"c1\"},\"placedAt\":\"\(time)\",\"total\":\(money)}"
            } else if head.contains("category=G") {
                products[0]
            } else if head.contains("category=B") {
                products[1]
            } else {
                products.joined(separator: ",")
            }
        let isEncoded =
            !head.contains("category=G") || head.contains("category=Garden%20%26%20more ")
            || head.contains("category=Garden%20%26%20more&cursor=")
        return .ok(
            "{\"items\":[\(items)],\"nextCursor\":\(cursor)}", status: isEncoded ? "200 OK" : "400 Bad Request",
            fields: fields)
    }
}
