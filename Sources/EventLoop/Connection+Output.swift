import CLibUV

extension Connection {
    /// Bytes that wait for the client to read.
    public final var queuedOutput: Int { flow.pointee.queuedOutput }

    /// True when so much output waits that no more should be produced before `drained`.
    public final var isBackedUp: Bool { queuedOutput > Self.outputHighWater }

    /// Sends bytes: what the kernel takes goes at once, a copy of the rest follows as the client reads.
    public final func write(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open, let base = bytes.baseAddress else { return }
        var sent = 0
        if !flow.pointee.isWriting {
            // libuv does not write through this pointer; its type merely says so.
            let text = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: CChar.self))
            var buffer = uv_buf_t(base: text, len: bytes.count)
            let count = uv_try_write(stream, &buffer, 1)
            if count == bytes.count { return }
            if count < 0 && count != UV_EAGAIN.rawValue { return close() }
            sent = max(Int(count), 0)
        }
        let rest = bytes.count - sent
        guard loop.queuedOutput + rest <= loop.queuedOutputMaximum else { return close() }
        backlog.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        flow.pointee.queuedOutput += rest
        loop.queuedOutput += rest
        if !flow.pointee.isWriting { writeBacklog() }
    }

    /// Hands all that waits to libuv as one request; what comes meanwhile is the next one.
    private final func writeBacklog() {
        swap(&inFlight, &backlog)
        flow.pointee.isWriting = true
        loop.wheel.set(outputNode, milliseconds: outputDeadline_ms)
        var buffer = uv_buf_t(base: inFlight.base!.assumingMemoryBound(to: CChar.self), len: inFlight.count)
        let code = uv_write(writeRequest, stream, &buffer, 1) { request, status in
            // Safe: libuv ends every request before it calls the close callback.
            Unmanaged<Connection>.fromOpaque(request!.pointee.handle.pointee.data)._withUnsafeGuaranteedRef {
                $0.wrote(status)
            }
        }
        if code != 0 {
            flow.pointee.isWriting = false
            close()
        }
    }

    private final func wrote(_ status: Int32) {
        flow.pointee.isWriting = false
        flow.pointee.queuedOutput -= inFlight.count
        loop.queuedOutput -= inFlight.count
        inFlight.release()
        guard state != .closed else { return }
        guard status == 0 else { return close() }
        if backlog.count > 0 { return writeBacklog() }
        loop.wheel.cancel(outputNode)
        switch state {
        case .open: drained()
        case .finishing: shutDown()
        case .lingering, .closed: break
        }
    }
}
