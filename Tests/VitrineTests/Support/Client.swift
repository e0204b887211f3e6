import Glibc

/// One blocking HTTP/1.1 connection. It says what it was given to say, so that it can also speak wrongly.
final class Client {
    /// What may end a conversation.
    enum Failure: Error {
        case connect(Int32)
        case send(Int32)
        case closed
        case receive(Int32)
        case malformed(String)
    }

    private let socket: Int32
    private var unread: [UInt8] = []

    /// `receiveBytes` bounds the kernel's receive buffer, for clients that do not read.
    init(port: UInt16, receiveBytes: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Failure.connect(errno) }
        if var receiveBytes {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = errno
            close(socket)
            throw Failure.connect(error)
        }
        // A server that never answers fails the test instead of hanging it.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(socket) }

    /// The bytes of a request.
    static func request(
        _ method: String, _ target: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else if errno != EINTR { throw Failure.send(errno) }
        }
    }

    func exchange(
        _ method: String, _ target: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) throws -> Answer {
        try send(Client.request(method, target, headers, body: body))
        return try receive(hasBody: method != "HEAD")
    }

    /// The next answer; interim ones are left out.
    func receive(hasBody: Bool = true) throws -> Answer {
        var answer: Answer
        repeat { answer = try receiveHead() } while answer.status < 200
        guard hasBody, answer.status != 304, answer.status != 204 else { return answer }
        if answer.headers["transfer-encoding"] == "chunked" {
            while let chunk = try receiveChunk() { answer.body += chunk }
            return answer
        }
        guard let length = answer.headers["content-length"].flatMap({ Int($0) }) else {
            throw Failure.malformed("neither Content-Length nor chunked: \(answer.headers)")
        }
        answer.body = try receive(count: length)
        return answer
    }

    /// True when the server closes the connection and sends nothing more.
    func isClosedByServer() -> Bool {
        guard unread.isEmpty else { return false }
        do {
            try fill()
            return false
        } catch Failure.closed {
            return true
        } catch Failure.receive(ECONNRESET) {
            return true
        } catch {
            return false
        }
    }

    /// Whether the server's end has arrived already.
    var hasEnded: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }

    /// The next chunk of a body that is being received; nil at its end.
    func receiveChunk() throws -> [UInt8]? {
        let line = try receiveLine()
        guard let size = Int(line, radix: 16) else { throw Failure.malformed(line) }
        let chunk = try receive(count: size)
        guard try receiveLine().isEmpty else { throw Failure.malformed("chunk end") }
        return size == 0 ? nil : chunk
    }

    /// What comes until the server closes.
    func receiveToEnd() throws -> [UInt8] {
        do {
            while true { try fill() }
        } catch Failure.closed {
            defer { unread = [] }
            return unread
        }
    }

    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// The head of an answer whose body is received part by part.
    func receiveHead() throws -> Answer {
        let status = try receiveLine()
        let parts = status.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "HTTP/1.1", let code = Int(parts[1]) else {
            throw Failure.malformed(status)
        }
        var answer = Answer(status: code, headers: [:], body: [])
        while true {
            let line = try receiveLine()
            if line.isEmpty { return answer }
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(line) }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            let name = line[..<colon].lowercased()
            answer.headers[name] = (answer.headers[name].map { $0 + ", " } ?? "") + value
        }
    }

    private func receiveLine() throws -> String {
        var searched = 0
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end > 0, unread[end - 1] == UInt8(ascii: "\r") else { throw Failure.malformed("bare LF") }
                let line = String(decoding: unread[..<(end - 1)], as: UTF8.self)
                unread.removeFirst(end + 1)
                return line
            }
            searched = unread.count
            try fill()
        }
    }

    private func receive(count: Int) throws -> [UInt8] {
        while unread.count < count { try fill() }
        let bytes = Array(unread[..<count])
        unread.removeFirst(count)
        return bytes
    }

    private func fill() throws {
        let more = try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            while true {
                let received = recv(socket, buffer.baseAddress, buffer.count, 0)
                if received > 0 {
                    count = received
                    return
                }
                if received == 0 { throw Failure.closed }
                if errno != EINTR { throw Failure.receive(errno) }
            }
        }
        unread += more
    }
}

extension Client {
    func get(_ target: String, _ headers: [String: String] = [:]) throws -> Answer {
        try exchange("GET", target, headers)
    }

    /// The answer as it is once the view holds what `token` stands for, however long a busy machine takes over it.
    func get(_ target: String, after token: String?) throws -> Answer {
        try get(target, token.map { ["Consistency-Token": $0, "Prefer": "wait=10"] } ?? [:])
    }

    func command(_ name: String, _ body: JSON, _ headers: [String: String] = [:]) throws -> Answer {
        try command(name, text: body.text, headers)
    }

    func command(_ name: String, text: String, _ headers: [String: String] = [:]) throws -> Answer {
        let headers = ["Content-Type": "application/json"].merging(headers) { $1 }
        return try exchange("POST", "/v1/commands/\(name)", headers, body: Array(text.utf8))
    }

    func command(_ name: String, _ body: JSON, key: String) throws -> Answer {
        try command(name, body, ["Idempotency-Key": key])
    }
}
