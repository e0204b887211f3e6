import Glibc

/// An IPv4 or IPv6 address with its port, written as `127.0.0.1:8080` or `[::1]:8080`.
public struct SocketAddress: Sendable, CustomStringConvertible {
    var storage = sockaddr_storage()

    /// Nil when `text` is not a literal address, or `localhost`, with a port. Names are not looked up: `localhost` is 127.0.0.1,
    /// whatever a resolver says (RFC 6761, 6.3).
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            self.init(host: String(host.dropFirst().dropLast()), port: port)
            guard storage.ss_family == sa_family_t(AF_INET6) else { return nil }
        } else {
            self.init(host: host.lowercased() == "localhost" ? "127.0.0.1" : String(host), port: port)
            guard storage.ss_family == sa_family_t(AF_INET) else { return nil }
        }
    }

    /// Nil when `host` is not a literal IPv4 or IPv6 address.
    public init?(host: String, port: UInt16) {
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
        } else if inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
        } else {
            return nil
        }
    }

    /// The address a socket is bound to; nil when `descriptor` is no bound socket.
    init?(boundTo descriptor: Int32) {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutableBytes(of: &storage) {
            getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard code == 0 else { return nil }
    }

    var family: Int32 { Int32(storage.ss_family) }

    var length: socklen_t {
        socklen_t(family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    public var port: UInt16 {
        get {
            // The port lies at the same place in both families.
            UInt16(bigEndian: withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) })
        }
        set {
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: newValue.bigEndian, toByteOffset: 2, as: UInt16.self)
            }
        }
    }

    /// True for 127.0.0.0/8 and ::1: reachable from this machine only.
    public var isLoopback: Bool {
        withUnsafeBytes(of: storage) { bytes in
            if family == AF_INET { return bytes[4] == 127 }
            return bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
        }
    }

    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let offset = family == AF_INET6 ? 8 : 4
        withUnsafeBytes(of: storage) { _ = inet_ntop(family, $0.baseAddress! + offset, &text, socklen_t(text.count)) }
        let host = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
