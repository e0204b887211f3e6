import Testing

@testable import Server

/// Bodies that go to the handler part by part.
@Suite struct BodyStreamTests {
    @Test func longBodiesAreStreamedAtTheHandlersPace() throws {
        let server = try EchoServer()
        let client = server.client()
        let body = String(repeating: "z", count: 5_000_000)
        #expect(client.ask(post("/stream", body))?.body == "streamed 5000000")
        let chunk = String(repeating: "c", count: 300_000)
        var chunked = "POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in 0..<10 { chunked += "493e0\r\n\(chunk)\r\n" }
        client.send(chunked + "0\r\n\r\n" + get("/a"))
        #expect(client.answer()?.body == "streamed 3000000")
        #expect(client.answer()?.body == "get /a? ")
        #expect(server.events.abandoned.load(ordering: .relaxed) == 0)
    }

    @Test func streamsOfOneByteEachAreWhole() throws {
        let client = try EchoServer().client()
        for byte in (post("/stream", "12345") + get("/a")).utf8 { _ = client.send([byte]) }
        #expect(client.answer()?.body == "streamed 5")
        #expect(client.answer()?.body == "get /a? ")
    }

    @Test func aRefusedStreamEndsTheConnection() throws {
        let client = try EchoServer().client()
        client.send(post("/stream?no", String(repeating: "z", count: 100_000)) + get("/a"))
        #expect(client.answer()?.status == 403)
        #expect(client.readToEnd() == .closed)
        #expect(client.received.isEmpty)
    }

    @Test func badChunksInAStreamAreRefused() throws {
        let server = try EchoServer()
        let client = server.client()
        client.send("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nx")
        #expect(client.answer()?.status == 400)
        #expect(client.readToEnd() == .closed)
        server.end()
        #expect(server.events.abandoned.load(ordering: .relaxed) == 1)
    }

    @Test func aBodyThatGoesOnMayTakeItsTime() throws {
        let server = try EchoServer { $0.bodyDeadline_ms = 300 }
        let client = server.client()
        client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
        // A second in all, three times the deadline.
        for _ in 0..<10 {
            client.send("z")
            _ = client.readOnce(milliseconds: 100)
        }
        #expect(client.answer()?.body == "streamed 10")
        #expect(server.client().ask("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")?.status == 408)
    }

    @Test func aStreamThatIsRefusedSaysThatItCloses() throws {
        let client = try EchoServer().client()
        #expect(client.ask(post("/stream?no", "zz"))?.fields["connection"] == "close")
    }

    @Test func aStreamThatStallsTimesOut() throws {
        let server = try EchoServer { $0.bodyDeadline_ms = 200 }
        let client = server.client()
        client.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(client.answer()?.status == 408)
        #expect(client.readToEnd() == .closed)
    }
}
