import Glibc

/// Why a server cannot be talked to.
public enum SocketError: Error, CustomStringConvertible, Equatable {
    /// The name service's reason why a host has no address.
    case unknownHost(String)
    case system(SystemError)

    public var description: String {
        switch self {
        case .unknownHost(let reason): reason
        case .system(let error): error.description
        }
    }
}

/// A blocking TCP connection to a server, for tools: one thread uses it.
public struct StreamSocket: ~Copyable, Sendable {
    private let descriptor: Int32
    private let peer: String

    /// Connects to the first address of `host` that answers. `timeoutSeconds` bounds connecting and each read and write.
    public init(connectingTo host: String, port: UInt16, timeoutSeconds: Int) throws(SocketError) {
        peer = "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var addresses: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &addresses)
        guard code == 0 else { throw .unknownHost(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(addresses) }
        var lastCode = EADDRNOTAVAIL
        var next = addresses
        while let address = next?.pointee {
            next = address.ai_next
            let candidate = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard candidate >= 0 else {
                lastCode = errno
                continue
            }
            Self.configure(candidate, timeoutSeconds: timeoutSeconds)
            if connect(candidate, address.ai_addr, address.ai_addrlen) == 0 {
                descriptor = candidate
                return
            }
            lastCode = errno
            close(candidate)
            // An interrupted connect goes on by itself and cannot be asked again: start over on a new socket.
            if lastCode == EINTR { next = addresses }
        }
        // A connect that times out is reported as one in progress.
        throw .system(SystemError("connect", peer, code: lastCode == EINPROGRESS ? ETIMEDOUT : lastCode))
    }

    deinit { close(descriptor) }

    private static func configure(_ descriptor: Int32, timeoutSeconds: Int) {
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends all of `bytes`.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            // MSG_NOSIGNAL: a connection that broke is an error to retry, not a signal that ends the process.
            let count = Glibc.send(descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                throw SystemError("send to", peer, code: errno == EAGAIN ? ETIMEDOUT : errno)
            }
        }
    }

    /// Waits for bytes, stores them in `buffer` and returns their number; 0 when the other side has closed.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw SystemError("receive from", peer, code: errno == EAGAIN ? ETIMEDOUT : errno)
            }
        }
    }
}
