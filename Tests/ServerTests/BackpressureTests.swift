import EventLoop
import Testing

@testable import Server

@Suite struct BackpressureTests {
    @Test func aClientThatReadsLateGetsEveryAnswerInOrder() throws {
        let server = try EchoServer()
        let client = server.client(receiveBytes: 16 * 1024)
        let count = 200
        var requests: [UInt8] = []
        for index in 0..<count { requests += (get("/bytes?100000") + get("/a?\(index)")).utf8 }
        #expect(client.send(requests) == requests.count)
        // Twenty megabytes are asked for, and far fewer are made before the client reads.
        var handled = -1
        while handled != server.events.handled.load(ordering: .relaxed) {
            handled = server.events.handled.load(ordering: .relaxed)
            _ = client.readOnce(milliseconds: 300)
        }
        for index in 0..<count {
            #expect(client.answer()?.body.utf8.count == 100_000)
            #expect(client.answer()?.body == "get /a?\(index) ")
        }
    }

    @Test func outputForAClientThatDoesNotReadIsBounded() throws {
        let server = try EchoServer { $0.outputDeadline_ms = 60_000 }
        let client = server.client(receiveBytes: 16 * 1024)
        var requests: [UInt8] = []
        for _ in 0..<2_000 { requests += get("/bytes?100000").utf8 }
        _ = client.sendWithoutWaiting(requests)
        // Another client shows that the loop has had its turns.
        let other = server.client()
        for _ in 0..<20 { #expect(other.ask(get("/a"))?.status == 200) }
        // What the kernel's send buffer holds (4 MiB at most) and what waits: far from the 200 MB asked for.
        #expect(server.events.handled.load(ordering: .relaxed) - 20 < 100)
        #expect(server.loop.counters.bytesIn < 20 * EventLoop.readBufferBytes)
    }

    @Test func aClientThatDoesNotReadIsClosed() throws {
        let server = try EchoServer { $0.outputDeadline_ms = 300 }
        let client = server.client(receiveBytes: 16 * 1024)
        client.send(get("/bytes?30000000"))
        let other = server.client()
        var turns = 0
        // First both are there, then one.
        while server.loop.counters.connections != 2 && turns < 10_000 {
            _ = other.ask(get("/a"))
            turns += 1
        }
        while server.loop.counters.connections != 1 && turns < 10_000 {
            _ = other.ask(get("/a"))
            turns += 1
        }
        #expect(server.loop.counters.connections == 1)
        var end = TestClient.End.open
        while end == .open { end = client.readOnce() }
        #expect(client.received.count < 30_000_000)
    }

    @Test func incompleteRequestsOfAllClientsAreBounded() throws {
        let server = try EchoServer { $0.bufferedInputMaximum = 300_000 }
        let head = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n"
        let body = [UInt8](repeating: UInt8(ascii: "b"), count: 250_000)
        for _ in 0..<3 {
            let first = server.client()
            let expected = server.loop.counters.bytesIn + head.utf8.count + 249_999
            first.send(head)
            _ = first.send(Array(body.dropLast()))
            while server.loop.counters.bytesIn < expected { #expect(server.client().ask(get("/a"))?.status == 200) }
            let second = server.client()
            second.send(head)
            _ = second.send(body)
            #expect(second.answer()?.status == 503)
            #expect(first.send([UInt8(ascii: "b")]) == 1)
            #expect(first.answer()?.body.utf8.count == "post /a? ".utf8.count + 250_000)
        }
    }

    @Test func outputOfAllClientsIsBounded() throws {
        let server = try EchoServer { $0.queuedOutputMaximum = 10_000_000 }
        let clients = (0..<3).map { _ in server.client(receiveBytes: 16 * 1024) }
        let idle = server.client()
        for client in clients { client.send(get("/bytes?8000000")) }
        // None of them reads before all are handled: what one takes makes room for the next.
        while server.events.handled.load(ordering: .relaxed) < 3 {
            #expect(idle.readOnce(milliseconds: 1) == .open)
        }
        var ends: [Bool] = []
        for client in clients { ends.append(client.answer() != nil) }
        // One fits; what comes behind it is closed, not kept.
        #expect(ends.contains(true) && ends.contains(false))
        #expect(server.client().ask(get("/a"))?.status == 200)
    }
}
