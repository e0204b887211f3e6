import CLibUV
import Glibc

extension Connection {
    /// How long and how much unread input is dropped after the last answer. Closing with unread input makes the kernel
    /// send a reset, which can destroy an answer the client has not read yet.
    static let linger_ms: UInt64 = 1_000
    static let lingerBytesMaximum = 1024 * 1024

    /// Sends what is queued, shuts down, drains the client's unread input briefly and closes.
    public final func finish() {
        guard state == .open else { return }
        finishes()
        guard state == .open else { return }
        state = .finishing
        loop.wheel.cancel(inputNode)
        if !flow.pointee.isWriting { shutDown() }
    }

    /// Closes at once; queued output is lost.
    public final func close() {
        guard state != .closed else { return }
        state = .closed
        flow.pointee.isReading = false
        loop.wheel.cancel(inputNode)
        loop.wheel.cancel(outputNode)
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { base in
            uv_close(base) { handle in
                let connection = Unmanaged<Connection>.fromOpaque(handle!.pointee.data).takeRetainedValue()
                // What was in flight has been counted off by its own callback.
                connection.loop.queuedOutput -= connection.flow.pointee.queuedOutput
                connection.closed()
                connection.deallocate()
            }
        }
    }

    /// True from `finish` or `close` on: nothing more is answered.
    public final var isClosing: Bool { state != .open }

    final func shutDown() {
        state = .lingering
        // Not `uv_shutdown`, which would wait for the loop's next turn, though nothing is left to write: what arrived in
        // between would be dropped before the client can know that we are done.
        guard !hasReadEnded, let descriptor, shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return close() }
        loop.wheel.set(inputNode, milliseconds: Self.linger_ms)
        resumeReading()
    }

    final func dropped(_ count: Int) {
        lingerBytes += count
        if lingerBytes > Self.lingerBytesMaximum { close() }
    }

    private final func deallocate() {
        handle.deallocate()
        flow.deallocate()
        inputNode.deallocate()
        outputNode.deallocate()
        writeRequest.deallocate()
    }
}
