import EventLoop
import POSIX
import Testing

@testable import Server

/// Requests over a real socket.
@Suite struct ServingTests {
    @Test func aConnectionServesOneRequestAfterAnother() throws {
        let server = try EchoServer()
        let client = server.client()
        for index in 0..<50 {
            #expect(client.ask(get("/a?\(index)"))?.body == "get /a?\(index) ")
        }
        #expect(client.ask(post("/b", "body"))?.body == "post /b? body")
    }

    @Test func answersCarryTheDateAndKeepTheConnection() throws {
        let answer = try #require(try EchoServer().client().ask(get("/a")))
        #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
        #expect(answer.fields["connection"] == nil)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let client = try EchoServer().client()
        var text = ""
        for index in 0..<300 {
            switch index % 4 {
            case 0: text += get("/later?\(index)")
            case 1: text += post("/a?\(index)", String(repeating: "b", count: index))
            case 2:
                text += "POST /c?\(index) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
            default: text += "\r\n" + get("/d?\(index)")
            }
        }
        client.send(text)
        for index in 0..<300 {
            let body =
                switch index % 4 {
                case 0: "later \(index)"
                case 1: "post /a?\(index) " + String(repeating: "b", count: index)
                case 2: "post /c?\(index) hi"
                default: "get /d?\(index) "
                }
            #expect(client.answer()?.body == body)
        }
    }

    @Test func requestsMayArriveByteByByte() throws {
        let client = try EchoServer().client()
        let text =
            get("/a") + "\r\n" + post("/b", "12345")
            + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: t\r\n\r\n"
            + get("/d")
        for byte in text.utf8 { _ = client.send([byte]) }
        #expect(client.answer()?.body == "get /a? ")
        #expect(client.answer()?.body == "post /b? 12345")
        #expect(client.answer()?.body == "post /c? abcde")
        #expect(client.answer()?.body == "get /d? ")
    }

    @Test func randomPortionsChangeNothing() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let client = try EchoServer().client()
        var bytes: [UInt8] = []
        var expected: [String] = []
        for index in 0..<150 {
            let body = String(repeating: "y", count: random(5_000))
            if random(2) == 0 {
                bytes += post("/p?\(index)", body).utf8
            } else {
                bytes += "POST /p?\(index) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8
                if !body.isEmpty { bytes += "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n".utf8 }
                bytes += "0\r\n\r\n".utf8
            }
            expected.append("post /p?\(index) \(body)")
        }
        var at = 0
        for body in expected {
            while at < bytes.count, random(8) > 0 {
                let end = min(bytes.count, at + 1 + random(4_000))
                _ = client.send(Array(bytes[at..<end]))
                at = end
            }
            if at == bytes.count || client.received.count > 0 {
                #expect(client.answer()?.body == body, "seed \(seed)")
            } else {
                // The answer may need bytes that were not sent yet: send them all.
                _ = client.send(Array(bytes[at...]))
                at = bytes.count
                #expect(client.answer()?.body == body, "seed \(seed)")
            }
        }
    }

    @Test func headIsAnsweredWithoutABody() throws {
        let client = try EchoServer().client()
        client.send("HEAD /bytes?7 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/a"))
        #expect(client.answer(isHead: true)?.fields["content-length"] == "7")
        #expect(client.answer()?.body == "get /a? ")
    }

    @Test func connectionsCloseWhenTheClientSaysSo() throws {
        let server = try EchoServer()
        for head in ["GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n"] {
            let client = server.client()
            #expect(client.ask(head)?.fields["connection"] == "close")
            #expect(client.readToEnd() == .closed)
        }
        let kept = server.client()
        for _ in 0..<2 {
            #expect(kept.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?.fields["connection"] == "keep-alive")
        }
    }

    @Test func whatComesBehindTheLastRequestIsNotServed() throws {
        let server = try EchoServer()
        let client = server.client()
        client.send(get("/a", "Connection: close\r\n") + get("/b"))
        #expect(client.answer()?.body == "get /a? ")
        #expect(client.readToEnd() == .closed)
        #expect(client.received.isEmpty)
        #expect(server.events.handled.load(ordering: .relaxed) == 1)
    }

    @Test func aClientThatWaitsIsToldToContinue() throws {
        let client = try EchoServer().client()
        client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.answer()?.status == 100)
        client.send("hi")
        #expect(client.answer()?.body == "post /a? hi")
        // One that does not wait is not told.
        client.send(post("/a", "ho", "Expect: 100-continue\r\n"))
        #expect(client.answer()?.body == "post /a? ho")
    }

    @Test func halfClosedClientsGetTheirAnswers() throws {
        let client = try EchoServer().client()
        client.send(get("/later?1") + get("/a") + get("/later?2"))
        client.endSending()
        #expect(client.answer()?.body == "later 1")
        #expect(client.answer()?.body == "get /a? ")
        #expect(client.answer()?.body == "later 2")
        #expect(client.readToEnd() == .closed)
    }

    @Test func suspendedAnswersMayComeInParts() throws {
        let client = try EchoServer().client()
        client.send(get("/parts") + get("/a"))
        #expect(client.answer()?.body == "abcdef")
        #expect(client.answer()?.body == "get /a? ")
    }

    @Test func answersForClientsThatAreGoneAreDropped() throws {
        let server = try EchoServer()
        for _ in 0..<50 { server.client().send(get("/later?1")) }
        #expect(server.client().ask(get("/a"))?.status == 200)
    }

    @Test func loopsShareAPortAndATakenOneIsRefused() throws {
        let sockets = try ListeningSocket.bind(SocketAddress("127.0.0.1:0")!, count: 3)
        #expect(Set(sockets.map(\.address.port)).count == 1)
        for socket in sockets { socket.close() }
        let server = try EchoServer()
        #expect(throws: ListenError.self) { _ = try ListeningSocket.bind(server.address, count: 1) }
    }

    @Test func countersTellWhatWasServed() throws {
        let server = try EchoServer()
        let client = server.client()
        for _ in 0..<3 { _ = client.ask(get("/a")) }
        _ = client.ask("bad\r\n\r\n")
        server.end()
        #expect(server.loop.counters.requests == 3)
        #expect(server.loop.counters.refusedRequests == 1)
        #expect(server.loop.counters.accepted == 1)
        #expect(server.loop.counters.connections == 0)
        #expect(server.loop.counters.bytesIn == 3 * get("/a").utf8.count + 7)
    }
}
