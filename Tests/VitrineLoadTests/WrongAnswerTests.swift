import Testing

@testable import vitrine_load

@Suite(.serialized) struct WrongAnswerTests {
    private func run(_ options: [String] = [], against server: TestServer) throws -> LoadProcess {
        defer { server.stop() }
        return try LoadProcess([server.url + "/thing", "--connections", "2", "--duration", "300ms"] + options)
    }

    @Test func rightAnswersExitWithZero() throws {
        let run = try run(against: TestServer { _, _ in .ok("fine") })
        #expect(run.exitCode == 0)
        #expect(run.errors.isEmpty, "a pipe sees no progress")
        #expect(run.number("errors") == 0)
    }

    @Test func oneWrongStatusFailsTheRun() throws {
        let run = try run(
            against: TestServer { _, number in
                number == 5 ? .ok("{\"title\":\"broken\"}", status: "500 Internal Server Error") : .ok("fine")
            })
        #expect(run.exitCode == 1)
        #expect(run.number("errors") == 1)
        #expect(run.output.contains("1 × status 500"))
        #expect(run.output.contains("500 {\"title\":\"broken\"}"))
        #expect(run.errors.hasPrefix("vitrine-load: 1 of "))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func aWrongAnswerInTheWarmupFailsTheRun() throws {
        let server = try TestServer { _, number in number == 0 ? .ok("", status: "404 Not Found") : .ok("fine") }
        let run = try run(["--warmup", "300ms"], against: server)
        #expect(run.exitCode == 1)
        #expect(run.number("errors") == 1)
    }

    @Test func bytesThatAreNoHTTPAreBrokenFraming() throws {
        let run = try run(against: TestServer { _, _ in .init(bytes: Array("HELLO there\r\n\r\n".utf8)) })
        #expect(run.exitCode == 1)
        #expect(run.output.contains("broken framing"))
        #expect(run.output.contains("HELLO there"))
    }

    @Test func moreBytesThanTheLengthSaysAreBrokenFraming() throws {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine and more".utf8)
        let run = try run(against: TestServer { _, _ in .init(bytes: bytes) })
        #expect(run.exitCode == 1)
        #expect(run.output.contains("broken framing"))
    }

    @Test func anAnswerCutShortIsCounted() throws {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nfine".utf8)
        let run = try run(against: TestServer { _, _ in .init(bytes: bytes, closes: true) })
        #expect(run.exitCode == 1)
        #expect(run.output.contains("closed before the answer was complete"))
    }

    @Test func anAnswerThatDoesNotComeIsATimeout() throws {
        let run = try run(["--timeout", "100ms"], against: TestServer { _, _ in .init(bytes: []) })
        #expect(run.exitCode == 1)
        #expect(run.output.contains("× timeout"))
        #expect(try #require(run.number("latencyMicros", "max")) >= 100_000)
    }

    @Test func connectionsThatTheServerClosesAreMadeAgain() throws {
        let server = try TestServer { _, _ in
            var answer = TestServer.Answer.ok("fine", fields: "Connection: close\r\n")
            answer.closes = true
            return answer
        }
        let run = try run(against: server)
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(try #require(run.number("requests")) > 5)
    }

    @Test func aListThatIsNoListFailsTheMix() throws {
        let server = try TestServer { head, _ in
            if head.contains("limit=100") {
                return head.contains("/v1/orders")
                    ? .ok("{\"items\":[],\"nextCursor\":null}")
                    : .ok(
                        "{\"items\":[{\"productId\":\"p\",\"category\":\"a\",\"seller\":{\"userId\":\"s\"}}],\"nextCursor\":null}"
                    )
            }
            return .ok(
                "{\"things\":[]}",
                fields: "ETag: \"a\"\r\nConsistency-Token: t\r\nContent-Type: application/json\r\n")
        }
        defer { server.stop() }
        let run = try LoadProcess([server.url, "--mix", "browse", "--connections", "1", "--duration", "200ms"])
        #expect(run.exitCode == 1)
        #expect(run.output.contains("no list in the answer"))
    }

    @Test(arguments: ["", "<html></html>", "{\"items\":["])
    func aPathThatSaysJSONAnswersJSON(body: String) throws {
        let run = try run(against: TestServer { _, _ in .ok(body, fields: "Content-Type: application/json\r\n") })
        #expect(run.exitCode == 1)
        #expect(run.output.contains("no JSON in the answer"))
    }

    @Test(arguments: ["", "/"]) func anEmptyMarketIsSaidClearly(slash: String) throws {
        let server = try TestServer { _, _ in .ok("{\"items\":[],\"nextCursor\":null}") }
        defer { server.stop() }
        let run = try LoadProcess([server.url + slash, "--duration", "200ms"])
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("no products to browse"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }
}
