import Glibc
import JSON
import POSIX

/// Fetches a page before the run begins, blocking, over a connection of its own.
struct Fetcher {
    let address: ServerAddress
    let url: TargetURL
    let timeout: TimeSpan

    /// The body of a 200 answer to `GET path`.
    func body(of path: String) throws(LoadError) -> [UInt8] {
        let parser = AnswerParser(bodyLimit: AnswerParser.jsonLimit)
        do throws(SystemError) {
            try exchange(path, with: parser)
        } catch {
            throw LoadError("\(path) at \(url.authority): \(error); is the server well?")
        }
        guard parser.status == 200 else {
            let start = Readable.firstBytes(of: parser.body)
            throw LoadError("\(path) at \(url.authority) answered status \(parser.status): \(start)")
        }
        return parser.body.copyBytes()
    }

    private func exchange(_ path: String, with parser: AnswerParser) throws(SystemError) {
        let file = try address.connect(timeout: timeout)
        defer { close(file) }
        try send(Array("GET \(path) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n\r\n".utf8), over: file)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = recv(file, buffer.baseAddress, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            // A receive limit that runs out shows as EAGAIN.
            guard count >= 0 else { throw SystemError("recv", "answer", code: errno == EAGAIN ? ETIMEDOUT : errno) }
            let step =
                count == 0 ? parser.finish() : parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            switch step {
            case .needsMore: continue
            case .complete: return
            case .broken: throw SystemError("read", "answer", code: EBADMSG)
            }
        }
    }

    private func send(_ bytes: [UInt8], over file: Int32) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(file, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("send", "request", code: errno == EAGAIN ? ETIMEDOUT : errno) }
            sent += count
        }
    }
}
