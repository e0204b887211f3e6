import EventLoop
import HTTP
import JSON
import POSIX
import Synchronization

@testable import Server

/// Answers with what it was asked, in the ways that tests need:
/// `/bytes?N` N bytes, `/later` from another thread, `/never` not at all, `/stream` a streamed body's parts counted,
/// `/slow` the same for a body that may take its time.
final class EchoHandler: RequestHandler {
    private let mailbox: LoopMailbox
    private let events: EchoEvents
    private var streams: [UInt64: Int] = [:]
    private var paths: [UInt64: String] = [:]

    init(mailbox: LoopMailbox, events: EchoEvents) { (self.mailbox, self.events) = (mailbox, events) }

    func handle(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter) {
        let (path, query, body) = (text(request.path), text(request.query), text(request.body))
        events.handled.add(1, ordering: .relaxed)
        switch path {
        case "/bytes":
            connection.answer([UInt8](repeating: UInt8(ascii: "x"), count: Int(query)!), into: &output)
        case "/later":
            connection.suspend()
            let (id, mailbox) = (connection.id, mailbox)
            _ = Thread(name: "later") {
                mailbox.post { server in
                    let connection = server.connection(id)
                    connection?.complete { connection!.answer(Array("later \(query)".utf8), into: &$0) }
                }
            }
        case "/never": connection.suspend()
        case "/parts":
            connection.suspend()
            connection.beginHead(.ok, into: &output)
            output.endHead(contentLength: 6)
            let (id, mailbox) = (connection.id, mailbox)
            _ = Thread(name: "parts") {
                mailbox.post { $0.connection(id)?.send { $0.append("abc") } }
                mailbox.post { $0.connection(id)?.complete { $0.append("def") } }
            }
        case "/stream", "/slow":
            paths[connection.id] = path
            if query == "no" { return connection.answer(Problem("no", .forbidden, "No"), into: &output) }
            streams[connection.id] = 0
            connection.suspend()
        default:
            let text = "\(request.method) \(path)?\(query) \(body)"
            connection.answer(Array(text.utf8), into: &output)
        }
    }

    func wantsBodyStream(_ request: borrowing Request) -> Bool { ["/stream", "/slow"].contains(text(request.path)) }

    func receive(_ part: UnsafeRawBufferPointer, on connection: HTTPConnection, into output: inout ByteWriter) {
        streams[connection.id]! += part.count
        events.streamed.add(part.count, ordering: .relaxed)
        if paths[connection.id] == "/slow" { return connection.renewBodyDeadline() }
        // Every part is held up once, as a full queue would do.
        connection.pauseBody()
        let id = connection.id
        mailbox.post { $0.connection(id)?.resumeBody() }
    }

    func bodyEnded(on connection: HTTPConnection, into output: inout ByteWriter) {
        let (id, count) = (connection.id, streams[connection.id]!)
        mailbox.post { server in
            let connection = server.connection(id)
            connection?.complete { connection!.answer(Array("streamed \(count)".utf8), into: &$0) }
        }
    }

    func appendCommonFields(into output: inout ByteWriter) { output.field("Consistency-Token", "here") }

    func abandoned(_ connection: HTTPConnection) { events.abandoned.add(1, ordering: .relaxed) }

    private func text(_ span: RawSpan) -> String { span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

extension HTTPConnection {
    fileprivate func answer(_ body: [UInt8], into output: inout ByteWriter) {
        beginHead(.ok, into: &output)
        output.endHead(contentLength: body.count)
        if !isHead { output.append(body) }
    }
}

/// What handlers have seen, for the tests' threads.
final class EchoEvents: Sendable {
    let handled = Atomic(0)
    let abandoned = Atomic(0)
    let streamed = Atomic(0)
}

/// One loop with an `EchoHandler` on a port of its own, ended with the object.
final class EchoServer {
    let loop: RunningLoop
    let address: SocketAddress
    let events = EchoEvents()
    private var hasEnded = false

    init(_ configure: (inout LoopOptions) -> Void = { _ in }) throws {
        var options = LoopOptions()
        options.timerGranularity_ms = 10
        configure(&options)
        let socket = try ListeningSocket.bind(SocketAddress("127.0.0.1:0")!, count: 1)[0]
        address = socket.address
        loop = RunningLoop(index: 0, options: options) { [events] _, mailbox in
            EchoHandler(mailbox: mailbox, events: events)
        }
        let listening = Monitor(false)
        loop.listen(on: socket) { error in
            precondition(error == nil, "\(error!)")
            listening.update { $0 = true }
        }
        _ = listening.wait { $0 ? true : nil }
    }

    deinit { end() }

    func client(receiveBytes: Int32? = nil) -> TestClient { TestClient(address, of: self, receiveBytes: receiveBytes) }

    /// Drains the loop and waits for its end; gives how long that took, in milliseconds.
    @discardableResult
    func end() -> UInt64 {
        let start = Clock.monotonicNanoseconds
        if !hasEnded {
            hasEnded = true
            loop.drain()
            loop.join()
        }
        return (Clock.monotonicNanoseconds - start) / 1_000_000
    }
}

func get(_ target: String, _ fields: String = "") -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

func post(_ target: String, _ body: String, _ fields: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
