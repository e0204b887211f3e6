import Glibc
import POSIX
import Synchronization

/// An HTTP server on a free loopback port that answers one request at a time with whatever bytes the test likes.
///
/// Answers are made under one lock, so a slow one holds up all connections, as a stalled server does.
final class TestServer: Sendable {
    struct Answer: Sendable {
        var bytes: [UInt8]
        var closes = false

        static func ok(_ body: String, status: String = "200 OK", fields: String = "") -> Answer {
            Answer(
                bytes: Array("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
        }
    }

    let port: UInt16
    private let listener: Int32
    private let acceptor: Monitor<Thread?>
    private let open = Monitor<Set<Int32>>([])
    private let turn = Monitor(0)
    private let answer: @Sendable (_ head: String, _ number: Int) -> Answer

    var url: String { "http://127.0.0.1:\(port)" }
    /// How many requests have been answered.
    var requestCount: Int { turn.withLock { $0 } }

    /// - Parameter answer: given a request's head and how many came before it.
    init(_ answer: @escaping @Sendable (_ head: String, _ number: Int) -> Answer) throws {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw SystemError("bind", "test server") }
        port = UInt16(bigEndian: address.sin_port)
        acceptor = Monitor(nil)
        let thread = Thread(name: "test server") { [self] in acceptAll() }
        acceptor.withLock { $0 = thread }
    }

    /// Ends the listener and every connection.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        acceptor.withLock { $0 }?.join()
        close(listener)
        open.withLock { for file in $0 { shutdown(file, Int32(SHUT_RDWR)) } }
        _ = open.wait { $0.isEmpty ? true : nil }
    }

    private func acceptAll() {
        while true {
            let file = accept(listener, nil, nil)
            guard file >= 0 else { return }
            var on: Int32 = 1
            setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            open.update { _ = $0.insert(file) }
            // Joined through `open`: the thread's last step takes its file out.
            _ = Thread(name: "test client") { [self] in
                serve(file)
                // A program that another test just started may hold a copy of the file; this ends it for all.
                shutdown(file, Int32(SHUT_RDWR))
                open.update {
                    $0.remove(file)
                    close(file)
                }
            }
        }
    }

    private func serve(_ file: Int32) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(file, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            pending += buffer[..<count]
            guard pending.suffix(4).elementsEqual("\r\n\r\n".utf8) else { continue }
            let head = String(decoding: pending, as: UTF8.self)
            pending.removeAll()
            let answer = turn.withLock { number in
                defer { number += 1 }
                return self.answer(head, number)
            }
            guard send(file, answer.bytes, answer.bytes.count, Int32(MSG_NOSIGNAL)) >= 0, !answer.closes else { return }
        }
    }
}
