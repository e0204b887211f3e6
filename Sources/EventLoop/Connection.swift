import CLibUV
import Glibc

/// One client's TCP stream on a loop. A subclass says what its bytes mean.
///
/// It keeps itself alive from its creation until `closed` has run, so libuv's callbacks always find it. Everything happens
/// on the loop's thread.
open class Connection {
    /// Output that may wait for a slow client before `isBackedUp` asks the subclass to stop producing.
    public static let outputHighWater = 512 * 1024
    /// A client that has not drained its output after this is closed.
    public static let outputDeadline_ms: UInt64 = 30_000

    public final let loop: EventLoop
    final let handle: UnsafeMutablePointer<uv_tcp_t>
    final let inputNode: UnsafeMutablePointer<TimerWheel.Node>
    final let outputNode: UnsafeMutablePointer<TimerWheel.Node>
    final let writeRequest: UnsafeMutablePointer<uv_write_t>

    final let flow: UnsafeMutablePointer<Flow>
    final var inFlight = OutputBuffer()
    final var backlog = OutputBuffer()
    final var lingerBytes = 0
    /// `outputDeadline_ms`, unless the subclass or a test wants another.
    public final var outputDeadline_ms = Connection.outputDeadline_ms

    /// What every read and write looks at. Behind a pointer that only this object has: a class's own properties would be
    /// checked for exclusive access each time, which made a fifth of the instructions of a request.
    struct Flow {
        var state = State.open
        var isReading = false
        var isWriting = false
        var hasReadEnded = false
        var queuedOutput = 0
    }

    enum State {
        case open
        /// The answer is complete: what is queued goes out, then our side shuts down and unread input is drained.
        case finishing
        /// Shut down; input is read and dropped for a moment so that a reset does not destroy the last answer.
        case lingering
        case closed
    }

    public init(on loop: EventLoop) {
        self.loop = loop
        handle = .allocate(capacity: 1)
        inputNode = .allocate(capacity: 1)
        outputNode = .allocate(capacity: 1)
        flow = .allocate(capacity: 1)
        flow.initialize(to: Flow())
        writeRequest = .allocate(capacity: 1)
        uv_tcp_init(loop.uv, handle)
        let me = Unmanaged.passRetained(self).toOpaque()
        handle.pointee.data = me
        inputNode.initialize(
            to: TimerWheel.Node(context: me) { context in
                // Safe: both nodes are cancelled when the connection closes.
                Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().inputDeadlineExpired()
            })
        outputNode.initialize(
            to: TimerWheel.Node(context: me) { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue().close() })
    }

    // MARK: What a subclass says

    /// The first call: the client is connected and may be written to.
    open func accepted() {}
    /// Bytes arrived; they are valid during the call only. The memory is the loop's and may be changed in place.
    open func received(_ bytes: UnsafeMutableRawBufferPointer) {}
    /// The client sends no more. It may still read: answers that are due are finished first.
    open func readEnded() { finish() }
    /// Nothing can be written after this call: what the subclass holds back is written now.
    open func finishes() {}
    /// All output that had to wait has been taken by the kernel.
    open func drained() {}
    /// The deadline set with `setDeadline` has passed.
    open func deadlineExpired() { close() }
    /// The last call: the socket is closed.
    open func closed() {}

    /// The client has sent all it will send; it may still read.
    public final var hasReadEnded: Bool { flow.pointee.hasReadEnded }

    // MARK: Input

    final func accept(from listener: UnsafeMutablePointer<uv_stream_t>) {
        guard uv_accept(listener, stream) == 0 else { return close() }
        begin()
    }

    /// Takes a client that was accepted without libuv.
    final func adopt(_ descriptor: Int32) {
        guard uv_tcp_open(handle, descriptor) == 0 else {
            Glibc.close(descriptor)
            return close()
        }
        begin()
    }

    private final func begin() {
        uv_tcp_nodelay(handle, 1)
        resumeReading()
        accepted()
    }

    /// Lets the kernel keep further input; its window then slows the client down.
    public final func pauseReading() {
        guard flow.pointee.isReading, state == .open else { return }
        flow.pointee.isReading = false
        uv_read_stop(stream)
    }

    public final func resumeReading() {
        guard !flow.pointee.isReading, !hasReadEnded, state != .closed else { return }
        flow.pointee.isReading = true
        uv_read_start(
            stream,
            { handle, _, buffer in
                // Safe: the buffer is used up before libuv reads again, on this loop's thread.
                buffer!.pointee.base = handle!.pointee.loop.pointee.data.assumingMemoryBound(to: CChar.self)
                buffer!.pointee.len = EventLoop.readBufferBytes
            },
            { stream, count, buffer in
                // Safe: the handle holds a reference that only the close callback gives up.
                Unmanaged<Connection>.fromOpaque(stream!.pointee.data)._withUnsafeGuaranteedRef {
                    $0.read(count, buffer!.pointee.base)
                }
            })
    }

    /// Bytes that have arrived and are not read yet.
    public final var arrivedInput: Int {
        guard let descriptor else { return 0 }
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    final var descriptor: Int32? {
        var descriptor: Int32 = -1
        let code = UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            uv_fileno($0, &descriptor)
        }
        return code == 0 ? descriptor : nil
    }

    private final func read(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
        if count > 0 {
            let bytes = UnsafeMutableRawBufferPointer(start: base, count: count)
            if state == .open { received(bytes) } else { dropped(count) }
        } else if count < 0 {
            flow.pointee.isReading = false
            guard count == Int(UV_EOF.rawValue) else { return close() }
            flow.pointee.hasReadEnded = true
            switch state {
            case .open: readEnded()
            case .lingering: close()
            case .finishing, .closed: break
            }
        }
    }

    // MARK: Deadline

    /// Calls `deadlineExpired` in `milliseconds`, in place of a deadline set before.
    public final func setDeadline(milliseconds: UInt64) {
        guard state == .open else { return }
        loop.wheel.set(inputNode, milliseconds: milliseconds)
    }

    public final func cancelDeadline() {
        guard state == .open else { return }
        loop.wheel.cancel(inputNode)
    }

    private final func inputDeadlineExpired() {
        if state == .open { deadlineExpired() } else { close() }
    }

    final var state: State {
        get { flow.pointee.state }
        set { flow.pointee.state = newValue }
    }

    final var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }
}
