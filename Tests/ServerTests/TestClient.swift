import EventLoop
import Glibc

/// A blocking client that sends exactly the bytes it is told to, and waits for answers at most ten seconds.
final class TestClient {
    private let descriptor: Int32
    private let server: AnyObject
    private(set) var received: [UInt8] = []

    /// Keeps `server` running as long as it lives. `receiveBytes` bounds the kernel's receive buffer, for clients that read slowly.
    init(_ address: SocketAddress, of server: AnyObject, receiveBytes: Int32? = nil) {
        self.server = server
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        var remote = sockaddr_in()
        remote.sin_family = sa_family_t(AF_INET)
        remote.sin_port = address.port.bigEndian
        remote.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let code = withUnsafeBytes(of: remote) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        precondition(code == 0, "connect: \(String(cString: strerror(errno)))")
        // A write that the server no longer wants must not end the tests.
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { close(descriptor) }

    func send(_ text: String) { _ = send(Array(text.utf8)) }

    /// Gives how many bytes went out before the server closed.
    func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return sent }
            sent += count
        }
        return sent
    }

    /// Sends what the server takes at once.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
        max(
            0, bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_DONTWAIT)) }
        )
    }

    /// Sends no more; what is still to come can be read.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    enum End: Equatable {
        case open, closed, reset
    }

    /// Reads what arrives within `milliseconds`, once. Anything but `open` is the end.
    func readOnce(milliseconds: Int32 = 10_000) -> End {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) == 1 else { return .open }
        var count = 0
        received += [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
            count = recv(descriptor, buffer.baseAddress!, buffer.count, 0)
            initialized = max(count, 0)
        }
        if count < 0 { return .reset }
        if count == 0 { return .closed }
        return .open
    }

    /// Reads until the server has closed.
    func readToEnd() -> End {
        while true {
            let before = received.count
            let end = readOnce()
            if end != .open || received.count == before { return end }
        }
    }

    /// The next whole answer, taken off what was received; nil if the server closes first or takes too long.
    func answer(isHead: Bool = false) -> Answer? {
        while true {
            if let (answer, length) = Answer.parse(received, isHead: isHead) {
                received.removeFirst(length)
                return answer
            }
            let before = received.count
            guard readOnce() == .open, received.count > before else { return nil }
        }
    }

    func ask(_ text: String) -> Answer? {
        send(text)
        return answer()
    }
}

struct Answer: Equatable {
    var status: Int
    var fields: [String: String]
    var body: String

    static func parse(_ bytes: [UInt8], isHead: Bool) -> (Answer, Int)? {
        guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
        let lines = String(decoding: bytes[..<(headEnd - 4)], as: UTF8.self).split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":")!
            fields[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
        }
        let length = isHead ? 0 : Int(fields["content-length"] ?? "0")!
        guard bytes.count >= headEnd + length else { return nil }
        let body = String(decoding: bytes[headEnd..<(headEnd + length)], as: UTF8.self)
        return (Answer(status: Int(lines[0].split(separator: " ")[1])!, fields: fields, body: body), headEnd + length)
    }
}
