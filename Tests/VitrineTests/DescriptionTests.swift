import Foundation
import Testing

/// `/openapi.json` is the file in the repository.
@Suite struct DescriptionTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/COpenAPI/openapi.json")

    @Test func theFileIsServedByteForByte() throws {
        let server = try ServerProcess.start(try DataDirectory())
        let client = try server.connect()
        let answer = try client.get("/openapi.json")
        #expect(answer.status == 200)
        #expect(try Data(answer.body) == Data(contentsOf: Self.file))
        #expect(answer[header: "content-type"] == "application/json")
        #expect(answer[header: "cache-control"] == "no-cache")
        #expect(answer.token != nil)
        let etag = try #require(answer[header: "etag"])
        let known = try client.get("/openapi.json", ["If-None-Match": etag])
        #expect(known.status == 304)
        #expect(known[header: "etag"] == etag)
        #expect(try client.get("/openapi.json", ["If-None-Match": "\"other\""]).status == 200)
        let head = try client.exchange("HEAD", "/openapi.json")
        #expect(head.status == 200)
        #expect(head[header: "content-length"] == "\(answer.body.count)")
        expectProblem(try client.get("/openapi.json?pretty"), 400)
        expectProblem(try client.exchange("POST", "/openapi.json", body: []), 405)
    }

    @Test func anEmptyPositionIsRefused() throws {
        let market = try Market()
        let answer = try market.client.get("/v1/events?after=")
        expectProblem(answer, 400)
        #expect(answer.faults("parameter") == ["after"])
    }
}
