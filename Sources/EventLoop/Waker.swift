import CLibUV
import POSIX

/// Wakes a loop from any thread. Several wakes before the loop gets to it are one.
public final class Waker: Sendable {
    /// The handle, or nil once closed. Sending happens under the lock, so it never meets a handle that is being closed.
    private let handle: Monitor<Handle?>

    private struct Handle: @unchecked Sendable {  // Only `uv_async_send` touches it off the loop, and that is thread-safe.
        let pointer: UnsafeMutablePointer<uv_async_t>
    }

    private final class Action {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// `action` runs on the loop's thread after a `wake`. The waker keeps the loop running until it is closed.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        let pointer = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
        let code = uv_async_init(loop.uv, pointer) { handle in
            // Safe: released only in the close callback.
            Unmanaged<Action>.fromOpaque(handle!.pointee.data).takeUnretainedValue().run()
        }
        guard code == 0 else { UVError(code: code, call: "uv_async_init").stop() }
        pointer.pointee.data = Unmanaged.passRetained(Action(action)).toOpaque()
        handle = Monitor(Handle(pointer: pointer))
    }

    /// Asks the loop to run the action. False once closed.
    @discardableResult
    public func wake() -> Bool {
        handle.withLock { handle in
            guard let handle else { return false }
            uv_async_send(handle.pointer)
            return true
        }
    }

    /// Ends the waker, on the loop's thread; later wakes do nothing.
    public func close() {
        let closing = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let closing else { return }
        UnsafeMutableRawPointer(closing.pointer).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { base in
            uv_close(base) { handle in
                Unmanaged<Action>.fromOpaque(handle!.pointee.data).release()
                UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_async_t.self).deallocate()
            }
        }
    }
}
