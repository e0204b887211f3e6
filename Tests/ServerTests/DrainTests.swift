import Testing

@testable import Server

@Suite struct DrainTests {
    @Test func idleClientsCloseAtOnceAndRunningRequestsFinish() throws {
        let server = try EchoServer()
        let idle = server.client()
        #expect(idle.ask(get("/a"))?.status == 200)
        let busy = server.client()
        let head = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
        busy.send(head)
        // The loop knows of the request once it has counted its bytes.
        var asked = 1
        while server.loop.counters.bytesIn < head.utf8.count + asked * get("/a").utf8.count {
            #expect(idle.ask(get("/a"))?.status == 200)
            asked += 1
        }
        server.loop.drain()
        #expect(idle.readToEnd() == .closed)
        busy.send("hi")
        let answer = try #require(busy.answer())
        #expect(answer.body == "post /a? hi")
        #expect(answer.fields["connection"] == "close")
        #expect(busy.readToEnd() == .closed)
        #expect(server.end() < 5_000)
    }

    @Test func requestsThatDoNotEndAreCutOff() throws {
        let server = try EchoServer { $0.drainDeadline_ms = 200 }
        let client = server.client()
        client.send(get("/never"))
        while server.events.handled.load(ordering: .relaxed) == 0 { _ = server.client().ask(get("/a")) }
        #expect(server.end() < 5_000)
        #expect(client.readToEnd() != .open)
        #expect(server.events.abandoned.load(ordering: .relaxed) == 1)
        #expect(server.loop.mailbox.post { _ in } == false)
    }
}
