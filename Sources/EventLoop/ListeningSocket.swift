import Glibc
import POSIX

/// Why an address could not be listened on.
public enum ListenError: Error, CustomStringConvertible {
    /// Another process listens there.
    case portInUse(SocketAddress)
    case system(SystemError)

    public var description: String {
        switch self {
        case .portInUse(let address): "\(address) is in use by another process"
        case .system(let error): error.description
        }
    }
}

/// A bound socket, ready to be listened on by one loop. The kernel spreads clients over all sockets of one port.
public struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// The address with the port that was really bound.
    public let address: SocketAddress

    /// Binds `count` sockets to one address; port 0 takes a free port, the same for all.
    public static func bind(_ address: SocketAddress, count: Int) throws(ListenError) -> [ListeningSocket] {
        // SO_REUSEPORT would let a second process of this user take half the clients unnoticed: ask without it first.
        if address.port != 0 { Glibc.close(try open(address, sharingPort: false).descriptor) }
        var sockets: [ListeningSocket] = []
        var next = address
        for _ in 0..<count {
            do throws(ListenError) {
                sockets.append(try open(next, sharingPort: true))
            } catch {
                for socket in sockets { socket.close() }
                throw error
            }
            next = sockets[0].address
        }
        return sockets
    }

    /// Gives the socket back when no loop will take it.
    public func close() { Glibc.close(descriptor) }

    private static func open(_ address: SocketAddress, sharingPort: Bool) throws(ListenError) -> ListeningSocket {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw .system(SystemError("socket", "\(address)")) }
        do throws(ListenError) {
            // Connections of an earlier run that linger in TIME_WAIT do not keep the port.
            try set(SO_REUSEADDR, on: descriptor, of: address)
            if sharingPort { try set(SO_REUSEPORT, on: descriptor, of: address) }
            let code = withUnsafeBytes(of: address.storage) {
                Glibc.bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), address.length)
            }
            guard code == 0 else {
                throw errno == EADDRINUSE ? .portInUse(address) : .system(SystemError("bind", "\(address)"))
            }
            guard let bound = SocketAddress(boundTo: descriptor) else {
                throw .system(SystemError("getsockname", "\(address)"))
            }
            return ListeningSocket(descriptor: descriptor, address: bound)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private static func set(_ option: Int32, on descriptor: Int32, of address: SocketAddress) throws(ListenError) {
        var on: Int32 = 1
        guard setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .system(SystemError("setsockopt", "\(address)"))
        }
    }
}
