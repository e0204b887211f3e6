import Glibc
import POSIX
import Testing

@testable import Server

@Suite struct DrainTests {
    /// Drains the loop from within a turn in which it has seen nothing of what `clients` does.
    private func drain(_ server: EchoServer, after clients: () -> Void) {
        let isHeld = Monitor(false)
        let mayGoOn = Monitor(false)
        server.loop.mailbox.post { loop in
            isHeld.update { $0 = true }
            _ = mayGoOn.wait { $0 ? true : nil }
            loop.drain()
        }
        _ = isHeld.wait { $0 ? true : nil }
        clients()
        mayGoOn.update { $0 = true }
    }

    @Test func idleClientsCloseAtOnceAndRunningRequestsFinish() throws {
        let server = try EchoServer { $0.busyClient_ms = 0 }
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

    @Test(arguments: ["/a", "/later", "/parts"])
    func requestsThatHadArrivedAreAnsweredAndTheLastAnswerSaysSo(path: String) throws {
        let server = try EchoServer { $0.busyClient_ms = 0 }
        let clients = (0..<10).map { _ in server.client() }
        for client in clients { #expect(client.ask(get("/a"))?.status == 200) }
        drain(server) {
            // From one request to ten at once, of which the last is not complete.
            for (index, client) in clients.enumerated() {
                client.send(String(repeating: get(path), count: index) + get(path).dropLast(4))
            }
        }
        for (index, client) in clients.enumerated() {
            for _ in 0..<index {
                let answer = try #require(client.answer())
                #expect(answer.status == 200 && answer.fields["connection"] == nil)
            }
            client.send("\r\n\r\n")
            let last = try #require(client.answer())
            #expect(last.status == 200 && last.fields["connection"] == "close")
            #expect(client.readToEnd() == .closed)
        }
        #expect(server.end() < 5_000)
    }

    @Test func bodiesAndWhatStandsBehindThemAreServed() throws {
        let server = try EchoServer { $0.busyClient_ms = 0 }
        let chunked = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\n\r\n"
        let streamed = "POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        let clients = (0..<3).map { _ in server.client() }
        drain(server) {
            clients[0].send(chunked + post("/p", "body") + get("/g") + "\r\n")
            clients[1].send(streamed + streamed + get("/g"))
            // More than one read of the loop takes, and than the kernel has let in.
            clients[2].send(post("/p", String(repeating: "b", count: 200_000)))
        }
        let answers = clients.map { client in
            var answers: [Answer] = []
            while let answer = client.answer() { answers.append(answer) }
            return answers
        }
        #expect(answers[0].map(\.body) == ["post /c? hi", "post /p? body", "get /g? "])
        #expect(answers[1].map(\.body) == ["streamed 5", "streamed 5", "get /g? "])
        #expect(answers[2].map(\.body.count) == [200_009])
        #expect(server.end() < 5_000)
    }

    @Test func requestsBehindTheLastOneOwedAreNotServed() throws {
        let server = try EchoServer { $0.busyClient_ms = 0 }
        let client = server.client()
        drain(server) { client.send("GET /never HTTP/1.1\r\nHost: a\r\n") }
        client.send("X: y\r\n\r\n")
        let deadline = Clock.monotonicNanoseconds + 10_000_000_000
        while server.events.handled.load(ordering: .relaxed) == 0 {
            try #require(Clock.monotonicNanoseconds < deadline, "the request is not handled")
            sched_yield()
        }
        client.send(get("/a"))
        server.loop.mailbox.post { loop in
            loop.connection(1)?.complete { $0.append("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
        }
        #expect(client.answer()?.body == "")
        #expect(client.readToEnd() == .closed)
        #expect(server.events.handled.load(ordering: .relaxed) == 1)
    }

    @Test func clientsThatWaitToBeAcceptedAreServed() throws {
        let server = try EchoServer {
            $0.connectionsMaximum = 5
            $0.refusalsMaximum = 2
        }
        #expect(server.client().ask(get("/a"))?.status == 200)
        var clients: [TestClient] = []
        drain(server) {
            for _ in 0..<20 { clients.append(server.client()) }
            for client in clients { client.send(get("/a")) }
        }
        let statuses = clients.map { $0.answer()?.status }
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 }, "\(statuses)")
        #expect(statuses.contains(200) && statuses.contains(503), "\(statuses)")
        #expect(server.end() < 5_000)
    }

    @Test func aClientThatWasJustServedMaySendItsNextRequest() throws {
        let server = try EchoServer { $0.busyClient_ms = 5_000 }
        let client = server.client()
        let connected = server.client()
        #expect(client.ask(get("/a"))?.fields["connection"] == nil)
        server.loop.drain()
        let isDraining = Monitor(false)
        server.loop.mailbox.post { _ in isDraining.update { $0 = true } }
        _ = isDraining.wait { $0 ? true : nil }
        for client in [client, connected] {
            let last = client.ask(get("/b"))
            #expect(last?.status == 200 && last?.fields["connection"] == "close")
            #expect(client.readToEnd() == .closed)
        }
        #expect(server.end() < 5_000)
    }

    @Test func aClientThatIsSilentAfterItsLastAnswerIsNotWaitedFor() throws {
        let server = try EchoServer { $0.busyClient_ms = 100 }
        let silent = server.client()
        #expect(silent.ask(get("/a"))?.status == 200)
        // Empty lines are no request.
        silent.send("\r\n\r\n")
        server.loop.drain()
        #expect(silent.readToEnd() == .closed)
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
