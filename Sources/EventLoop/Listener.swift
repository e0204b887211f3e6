import CLibUV
import Glibc

/// Takes new clients from a bound socket, as long as its owner wants them.
public final class Listener {
    /// Clients the kernel keeps waiting (it caps this at `net.core.somaxconn`).
    public static let backlog: Int32 = 1_024

    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let onClient: () -> Connection?
    private var isOpen = true
    /// True while a client waits that the owner did not want yet; libuv then takes no further ones.
    public private(set) var isPaused = false
    /// Clients that were lost because the process had no file descriptor left.
    public private(set) var failedAccepts = 0

    /// Listens on `socket`, which now belongs to the listener. For each client `onClient` gives a fresh connection that
    /// takes it, or nil to leave it waiting, and all behind it, until `resume`.
    public init(on loop: EventLoop, socket: ListeningSocket, onClient: @escaping () -> Connection?) throws(UVError) {
        self.onClient = onClient
        handle = .allocate(capacity: 1)
        uv_tcp_init(loop.uv, handle)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        var code = uv_tcp_open(handle, socket.descriptor)
        guard code == 0 else {
            close()
            throw UVError(code: code, call: "uv_tcp_open")
        }
        code = uv_listen(stream, Self.backlog) { stream, status in
            // Safe: released only in the close callback.
            Unmanaged<Listener>.fromOpaque(stream!.pointee.data).takeUnretainedValue().arrived(status)
        }
        guard code == 0 else {
            close()
            throw UVError(code: code, call: "uv_listen")
        }
    }

    /// Takes the client that was left waiting and goes on.
    public func resume() {
        guard isPaused, isOpen else { return }
        isPaused = false
        take()
    }

    /// Takes every client that has connected already, for as long as `onClient` wants them, and stops listening.
    public func closeTakingAll() {
        guard isOpen else { return }
        resume()
        var listening: Int32 = -1
        let code = UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            uv_fileno($0, &listening)
        }
        // As many as can wait: who comes while these are taken is refused.
        for _ in 0..<(code == 0 ? Self.backlog : 0) where !isPaused {
            let client = Glibc.accept(listening, nil, nil)
            guard client >= 0 else {
                // A client that gave up while it waited does not mean that none is behind it.
                if errno == ECONNABORTED || errno == EINTR { continue }
                break
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            if let connection = onClient() {
                connection.adopt(client)
            } else {
                Glibc.close(client)
            }
        }
        close()
    }

    /// Stops listening; clients not yet taken are refused by the kernel.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { base in
            uv_close(base) { handle in
                Unmanaged<Listener>.fromOpaque(handle!.pointee.data).release()
                UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_tcp_t.self).deallocate()
            }
        }
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private func arrived(_ status: Int32) {
        guard isOpen else { return }
        guard status == 0 else {
            // Out of descriptors: libuv has accepted and closed the client, so the loop does not spin. The connection
            // cap lies below RLIMIT_NOFILE to keep this from happening.
            failedAccepts += 1
            return
        }
        take()
    }

    private func take() {
        guard let connection = onClient() else {
            // libuv stops polling the socket while an arrived client is not accepted: this is the whole pause.
            isPaused = true
            return
        }
        connection.accept(from: stream)
    }
}
