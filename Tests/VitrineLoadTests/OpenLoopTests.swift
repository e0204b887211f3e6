import Glibc
import Testing

@testable import vitrine_load

/// Timing tests: one at a time, so that they do not take the processor from each other.
@Suite(.serialized) struct OpenLoopTests {
    /// A server that answers at once but for its 60th request, during which everything stands still for 300 ms.
    private func stallingServer() throws -> TestServer {
        try TestServer { _, number in
            if number == 60 { usleep(300_000) }
            return .ok("fine")
        }
    }

    @Test(arguments: [["--max-connections", "100"], ["--max-connections", "1"], ["--loops", "2"]])
    func latencyCountsWhatAStalledServerMadeWait(options: [String]) throws {
        let server = try stallingServer()
        defer { server.stop() }
        let run = try LoadProcess([server.url + "/thing", "--rate", "200", "--duration", "1500ms"] + options)
        #expect(run.exitCode == 0, "\(run.errors)")
        // 60 of 300 requests were due in the stall, so the slowest hundredth waited for nearly all of it.
        let p99 = try #require(run.number("latencyMicros", "p99"))
        #expect(p99 >= 200_000, "\(run.output)")
        let p90 = try #require(run.number("latencyMicros", "p90"))
        #expect(p90 >= 100_000, "\(run.output)")
        #expect(run.number("requests") == 300)
        #expect(run.number("unsent") == 0)
    }

    @Test func closedLoopShowsTheStallOnceAConnection() throws {
        let server = try stallingServer()
        defer { server.stop() }
        let run = try LoadProcess([server.url + "/thing", "--connections", "1", "--duration", "1500ms"])
        #expect(run.exitCode == 0, "\(run.errors)")
        let (p50, longest) = (run.number("latencyMicros", "p50"), run.number("latencyMicros", "max"))
        #expect(try #require(longest) >= 290_000, "\(run.output)")
        #expect(try #require(p50) < 100_000, "\(run.output)")
    }

    @Test func whatWasNeverSentIsCountedAndShowsInTheLatencies() throws {
        let server = try TestServer { _, _ in
            usleep(20_000)
            return .ok("slow")
        }
        defer { server.stop() }
        // 50 answers a second at most, 500 asked for.
        let run = try LoadProcess([
            server.url + "/thing", "--rate", "500", "--duration", "1s", "--max-connections", "4",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        let requests = try #require(run.number("requests"))
        let unsent = try #require(run.number("unsent"))
        #expect(requests + unsent == 500)
        #expect(unsent > 400)
        #expect(try #require(run.number("latencyMicros", "p50")) > 300_000)
        #expect(run.output.contains("never sent"))
    }

    @Test func theRateAskedForIsKept() throws {
        let server = try TestServer { _, _ in .ok("fine") }
        defer { server.stop() }
        let run = try LoadProcess([server.url + "/thing", "--rate", "1000", "--duration", "1s", "--warmup", "200ms"])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.number("requests") == 1000)
        #expect(run.number("targetRate") == 1000)
        #expect(server.requestCount == 1200)
    }
}
