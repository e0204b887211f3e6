import Glibc
import POSIX

/// A server for one test, on a port of its own, that answers lines of commands by a script.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        /// The head's lines.
        let head: [String]
        let body: String
        var lines: [String] { body.split(separator: "\n").map(String.init) }

        var path: String { String(head[0].split(separator: " ")[1]) }

        func header(_ name: String) -> String? {
            head.first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
    }

    /// One of the lines of a request, with its number over all connections, from 0.
    struct Line: Sendable {
        let number: Int
        let text: String

        /// Whether it has this key.
        func has(key: String) -> Bool { text.contains("\"idempotencyKey\":\"\(key)\"") }
    }

    enum Reply: Sendable {
        /// The line's answer behind its number and status.
        case line(status: Int, _ members: String)
        /// The whole request is answered with this.
        case send(status: Int, headers: [String] = [], body: String)
        /// The connection breaks without an answer.
        case hangUp
        /// Half an answer, then the connection breaks.
        case hangUpAmidst

        static let accepted = Reply.line(status: 200, #""position":1,"id":"x","events":["X"]"#)
    }

    private struct State {
        var requests: [Request] = []
        var lines: [Line] = []
        var connections: [Int32] = []
    }

    let port: UInt16
    private let listener: Int32
    private let state = Monitor(State())
    private let script: @Sendable (Line) -> Reply

    var lines: [Line] { state.withLock { $0.lines } }
    var requests: [Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections.count } }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping @Sendable (Line) -> Reply) throws {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard isBound else { throw SystemError("listen", "127.0.0.1") }
        port = UInt16(bigEndian: address.sin_port)
        _ = Thread(name: "test accept") { [self] in accept() }
    }

    /// Ends every thread; connections are closed by their own.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { break }
            state.withLock { $0.connections.append(connection) }
            _ = Thread(name: "test serve") { [self] in serve(connection) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        while let request = read(connection) {
            state.withLock { $0.requests.append(request) }
            guard answer(request, connection) else { return }
        }
    }

    /// False when the connection breaks.
    private func answer(_ request: Request, _ connection: Int32) -> Bool {
        var answers = ""
        for (index, text) in request.lines.enumerated() {
            let line = state.withLock { state in
                let line = Line(number: state.lines.count, text: text)
                state.lines.append(line)
                return line
            }
            switch script(line) {
            case .hangUp: return false
            case .hangUpAmidst:
                write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"line\"")
                return false
            case .line(let status, let members):
                answers += "{\"line\":\(index + 1),\"status\":\(status),\(members)}\n"
            case .send(let status, let headers, let body):
                let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
                write(connection, lines.joined(separator: "\r\n"))
                return true
            }
        }
        // Two chunks, so that a line may end in the second.
        answers += "{\"lines\":\(request.lines.count)}\n"
        let parts = [answers.prefix(20), answers.dropFirst(20)].filter { !$0.isEmpty }
        let chunks = parts.map { String($0.utf8.count, radix: 16) + "\r\n" + $0 + "\r\n" }.joined()
        write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
        return true
    }

    private func write(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// The next request; nil when the client has closed.
    private func read(_ connection: Int32) -> Request? {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let text = String(decoding: received, as: UTF8.self)
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                let request = Request(head: parts[0].split(separator: "\r\n").map(String.init), body: String(parts[1]))
                if request.body.utf8.count == Int(request.header("Content-Length") ?? "") { return request }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
    }
}
