import CLibUV
import Glibc

/// A libuv loop and what every connection on it shares: the read buffer, the timer wheel and the tick.
///
/// It belongs to the thread that calls `run`. Nothing here may be touched from another thread except through a `Waker`.
public final class EventLoop {
    /// One read at most: large enough that a full pipeline of requests arrives in one system call.
    public static let readBufferBytes = 64 * 1024

    let uv: UnsafeMutablePointer<uv_loop_t>
    let wheel: TimerWheel
    private let check: UnsafeMutablePointer<uv_check_t>
    private let readBuffer: UnsafeMutableRawPointer

    /// Runs once after all input of a tick has been handled: the place to publish counters and to let go of a snapshot.
    public var onTickEnd: (() -> Void)?

    /// Bytes that wait for slow clients, and how many may: a client that would wait beyond is closed.
    public internal(set) var queuedOutput = 0
    public var queuedOutputMaximum = Int.max

    /// `timerGranularity_ms` is how coarse the deadlines are: they fire up to that much late, never early.
    public init(timerGranularity_ms: UInt64 = 100) {
        // A client that is gone is an error of the write, not a signal that ends the process.
        signal(SIGPIPE, SIG_IGN)
        uv = .allocate(capacity: 1)
        check = .allocate(capacity: 1)
        readBuffer = .allocate(byteCount: Self.readBufferBytes, alignment: 64)
        let code = uv_loop_init(uv)
        guard code == 0 else { UVError(code: code, call: "uv_loop_init").stop() }
        // The allocation callback finds the shared buffer here without touching an object.
        uv.pointee.data = readBuffer
        wheel = TimerWheel(loop: uv, granularity_ms: timerGranularity_ms)
        uv_check_init(uv, check)
        check.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_check_start(check) { handle in
            // Safe: the loop object closes this handle before it goes away.
            Unmanaged<EventLoop>.fromOpaque(handle!.pointee.data)._withUnsafeGuaranteedRef { $0.onTickEnd?() }
        }
        // The tick hook alone does not keep the loop running.
        check.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    deinit {
        wheel.close()
        check.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0, nil) }
        uv_run(uv, UV_RUN_DEFAULT)
        let code = uv_loop_close(uv)
        precondition(code == 0, "a handle outlived its loop")
        check.deallocate()
        wheel.deallocate()
        readBuffer.deallocate()
        uv.deallocate()
    }

    /// Serves until `stop` is called or no handle is left.
    public func run() { uv_run(uv, UV_RUN_DEFAULT) }

    /// Lets `run` return at the end of this tick.
    public func stop() { uv_stop(uv) }

    /// Milliseconds of a clock that never goes back, read once a tick.
    public var now_ms: UInt64 { uv_now(uv) }

    /// Reads the clock now, for whoever sets a deadline outside a callback.
    public func updateTime() { uv_update_time(uv) }
}
