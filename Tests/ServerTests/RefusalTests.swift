import HTTP
import Testing

@testable import Server

/// Requests refused before routing: one answer that can be read, and the end of the connection.
@Suite struct RefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417),
        ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 70_000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 100))\r\n", 431),
    ])
    func aRefusalIsAnsweredOnceAndCloses(text: String, status: Int) throws {
        let server = try EchoServer()
        let client = server.client()
        // What follows must never be taken for a request.
        client.send(get("/first") + text + get("/smuggled"))
        #expect(client.answer()?.body == "get /first? ")
        let answer = try #require(client.answer())
        #expect(answer.status == status)
        #expect(answer.fields["content-type"] == "application/problem+json")
        #expect(answer.fields["cache-control"] == "no-store")
        #expect(answer.fields["connection"] == "close")
        #expect(answer.fields["consistency-token"] == "here")
        #expect(answer.body.contains("\"status\":\(status)"))
        #expect(client.readToEnd() == .closed)
        #expect(client.received.isEmpty)
        #expect(server.events.handled.load(ordering: .relaxed) == 1)
    }

    @Test func aRefusalIsReadableWhileTheClientIsStillSending() throws {
        let client = try EchoServer().client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n")
        _ = client.send([UInt8](repeating: 0, count: 600_000))
        #expect(client.answer()?.status == 413)
        #expect(client.readToEnd() == .closed)
    }

    @Test func bodiesOfOneMebibyteAreTaken() throws {
        let client = try EchoServer().client()
        let body = String(repeating: "b", count: Limits.bodyBytes)
        #expect(client.ask(post("/a", body))?.body == "post /a? " + body)
    }

    @Test func aDrippedHeadTimesOut() throws {
        let server = try EchoServer { $0.headDeadline_ms = 300 }
        let client = server.client()
        #expect(client.ask(get("/a"))?.status == 200)
        // A byte every 20 ms never lets an inactivity timeout fire.
        var wasRefused = false
        for byte in Array(get("/slow", "X: \(String(repeating: "y", count: 200))\r\n").utf8) {
            _ = client.send([byte])
            if client.readOnce(milliseconds: 20) != .open || !client.received.isEmpty {
                wasRefused = true
                break
            }
        }
        #expect(wasRefused)
        #expect(client.answer()?.status == 408)
        #expect(client.readToEnd() == .closed)
    }

    @Test(arguments: ["Content-Length: 10\r\n\r\n123", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func aBodyThatDoesNotComeTimesOut(rest: String) throws {
        let server = try EchoServer { $0.bodyDeadline_ms = 200 }
        let client = server.client()
        client.send("POST /a HTTP/1.1\r\nHost: a\r\n" + rest)
        #expect(client.answer()?.status == 408)
        #expect(client.readToEnd() == .closed)
    }

    @Test func silentClientsAreClosedSilently() throws {
        let server = try EchoServer {
            $0.headDeadline_ms = 200
            $0.idleDeadline_ms = 200
        }
        let silent = server.client()
        #expect(silent.readToEnd() == .closed)
        #expect(silent.received.isEmpty)
        let idle = server.client()
        #expect(idle.ask(get("/a"))?.status == 200)
        #expect(idle.readToEnd() == .closed)
        #expect(idle.received.isEmpty)
    }

    @Test func clientsAboveTheMaximumAreToldSo() throws {
        let server = try EchoServer {
            $0.connectionsMaximum = 2
            $0.refusalsMaximum = 1
        }
        let kept = [server.client(), server.client()]
        for client in kept { #expect(client.ask(get("/a"))?.status == 200) }
        for _ in 0..<5 {
            let refused = server.client()
            let answer = refused.answer()
            #expect(answer?.status == 503)
            #expect(answer?.fields["retry-after"] == "1")
            #expect(refused.readToEnd() == .closed)
        }
        // Those that are in keep being served.
        for client in kept { #expect(client.ask(get("/a"))?.status == 200) }
    }
}
