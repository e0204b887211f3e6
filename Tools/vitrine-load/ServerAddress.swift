import Glibc
import POSIX

/// A socket address that answered once, so that a run does not start against nothing.
struct ServerAddress: Sendable {
    private let storage: sockaddr_storage
    private let length: socklen_t

    /// Resolves the URL's host and takes its first address that accepts a connection.
    static func reach(_ url: TargetURL, timeout: TimeSpan) throws(LoadError) -> ServerAddress {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(url.host, String(url.port), &hints, &found)
        guard code == 0 else {
            throw LoadError("cannot find host \(url.host): \(String(cString: gai_strerror(code))); check the URL")
        }
        defer { freeaddrinfo(found) }
        var lastCode: Int32 = ECONNREFUSED
        var next = found
        while let info = next?.pointee {
            next = info.ai_next
            guard info.ai_addrlen <= MemoryLayout<sockaddr_storage>.size else { continue }
            var storage = sockaddr_storage()
            withUnsafeMutableBytes(of: &storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))
            }
            let address = ServerAddress(storage: storage, length: info.ai_addrlen)
            do throws(SystemError) {
                close(try address.connect(timeout: timeout))
                return address
            } catch {
                lastCode = error.code
            }
        }
        let reason = String(cString: strerror(lastCode))
        throw LoadError("cannot connect to \(url.authority): \(reason); is the server running and the port right?")
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: storage) {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
        }
    }

    /// A connected, blocking socket whose sends and receives give up after `timeout`.
    func connect(timeout: TimeSpan) throws(SystemError) -> Int32 {
        let file = socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw SystemError("socket", "for the server") }
        var limit = timeval()
        limit.tv_sec = Int(timeout.nanoseconds / 1_000_000_000)
        limit.tv_usec = Int(timeout.nanoseconds % 1_000_000_000 / 1_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        // The send limit bounds connect(2) too.
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        let result = withSocketAddress { Glibc.connect(file, $0, $1) }
        guard result == 0 else {
            let code = errno == EINPROGRESS ? ETIMEDOUT : errno
            close(file)
            throw SystemError("connect", "to the server", code: code)
        }
        return file
    }
}
