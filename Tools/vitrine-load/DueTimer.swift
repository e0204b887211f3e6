import CLibUV
import Glibc

/// Wakes a loop at a point in time to a few microseconds, where libuv's own timers count whole milliseconds and spinning
/// would take the processor from a server on the same machine.
final class DueTimer {
    private let file: Int32
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private var armedFor: UInt64 = 0
    private var isClosed = false

    init(loop: UnsafeMutablePointer<uv_loop_t>) throws(LoadError) {
        file = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        guard file >= 0 else {
            throw LoadError("cannot make a timer: \(String(cString: strerror(errno))); raise the limit of open files")
        }
        handle = .allocate(capacity: 1)
        handle.initialize(to: uv_poll_t())
        uv_poll_init(loop, handle, file)
        // The loop goes on to its prepare step, which sends what is due; the wake itself only has to be taken back.
        handle.pointee.data = UnsafeMutableRawPointer(bitPattern: Int(file))
        uv_poll_start(handle, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            var expirations: UInt64 = 0
            _ = read(Int32(truncatingIfNeeded: Int(bitPattern: handle!.pointee.data)), &expirations, 8)
        }
    }

    deinit {
        precondition(isClosed, "the loop still holds the timer")
        handle.deallocate()
        Glibc.close(file)
    }

    /// Wakes the loop at `time`, in nanoseconds of `uv_hrtime`, which reads the same clock.
    func arm(at time: UInt64) {
        guard time != armedFor else { return }
        armedFor = time
        var setting = itimerspec()
        setting.it_value.tv_sec = Int(time / 1_000_000_000)
        setting.it_value.tv_nsec = Int(time % 1_000_000_000)
        // It can fail only for bad arguments.
        timerfd_settime(file, Int32(TFD_TIMER_ABSTIME), &setting, nil)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self), nil)
    }
}
