import CLibUV
import Glibc
import JSON

/// One connection slot: a TCP handle that is used, closed and opened again, with at most one request under way.
///
/// The loop owns its connections until every handle is closed, so libuv's back pointers never outlive them.
final class Connection {
    enum State { case closed, connecting, idle, busy, closing }

    private unowned let owner: LoadLoop
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let connectRequest: UnsafeMutablePointer<uv_connect_t>
    let answer: AnswerParser
    private(set) var state = State.closed
    private(set) var rule = AnswerRule(kind: 0, body: .any)
    /// From when the request under way is timed: its due time, or when its slot was ready for it.
    private(set) var startedAt: UInt64 = 0
    /// When the request under way, or the connecting, is given up.
    private(set) var deadline: UInt64 = 0
    /// When a slot of a closed loop became ready for its next request; nil before its first connection.
    var readySince: UInt64?
    /// Whether the last attempt to open it failed.
    private(set) var couldNotConnect = false

    init(owner: LoadLoop, answer: AnswerParser) {
        self.owner = owner
        self.answer = answer
        handle = .allocate(capacity: 1)
        handle.initialize(to: uv_tcp_t())
        connectRequest = .allocate(capacity: 1)
        connectRequest.initialize(to: uv_connect_t())
    }

    deinit {
        handle.deallocate()
        connectRequest.deallocate()
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        // Safe: libuv's handles begin with the fields of their base, by its documentation.
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    fileprivate static func of(_ data: UnsafeMutableRawPointer?) -> Connection {
        Unmanaged<Connection>.fromOpaque(data!).takeUnretainedValue()
    }

    // MARK: Connecting

    func open(deadline: UInt64) {
        precondition(state == .closed, "opened twice")
        var code = uv_tcp_init(owner.loop, handle)
        precondition(code == 0, "uv_tcp_init: \(code)")
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        answer.reset()
        couldNotConnect = false
        (state, self.deadline) = (.connecting, deadline)
        code = owner.plan.address.withSocketAddress { address, _ in
            uv_tcp_connect(connectRequest, handle, address) { request, status in
                Connection.of(request!.pointee.handle.pointee.data).connected(status)
            }
        }
        if code < 0 { fail(.connect(code)) }
    }

    private func connected(_ status: Int32) {
        // Cancelled by a close, which has been accounted for.
        guard state == .connecting else { return }
        guard status == 0 else { return fail(.connect(status)) }
        uv_tcp_nodelay(handle, 1)
        let code = uv_read_start(
            stream,
            { handle, _, buffer in
                let bytes = Connection.of(handle!.pointee.data).owner.readBuffer
                buffer!.pointee = uv_buf_init(bytes.baseAddress, UInt32(bytes.count))
            },
            { stream, count, buffer in
                Connection.of(stream!.pointee.data).received(count, buffer!.pointee.base)
            })
        guard code == 0 else { return fail(.connect(code)) }
        state = .idle
        owner.connected(self)
        owner.becameFree(self, at: uv_hrtime())
    }

    // MARK: Request and answer

    /// Sends a request at once; `startedAt` is where its latency is counted from.
    func send(_ request: UnsafeRawBufferPointer, _ rule: AnswerRule, startedAt: UInt64, deadline: UInt64) {
        precondition(state == .idle, "a request is under way already")
        (state, self.rule, self.startedAt, self.deadline) = (.busy, rule, startedAt, deadline)
        answer.readsWhole = rule.body != .unread
        let start = UnsafeMutableRawPointer(mutating: request.baseAddress!).assumingMemoryBound(to: CChar.self)
        var buffer = uv_buf_init(start, UInt32(request.count))
        let sent = uv_try_write(stream, &buffer, 1)
        if sent == Int32(request.count) { return }
        guard sent >= 0 || sent == UV_EAGAIN.rawValue else { return fail(.broken(sent)) }
        sendLater(UnsafeRawBufferPointer(rebasing: request[max(0, Int(sent))...]))
    }

    /// The kernel's buffer is full: libuv keeps a copy of the rest, which its callback frees.
    private func sendLater(_ rest: UnsafeRawBufferPointer) {
        let headerSize = MemoryLayout<uv_write_t>.size
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: headerSize + rest.count, alignment: MemoryLayout<uv_write_t>.alignment)
        let request = memory.initializeMemory(as: uv_write_t.self, repeating: uv_write_t(), count: 1)
        (memory + headerSize).copyMemory(from: rest.baseAddress!, byteCount: rest.count)
        var buffer = uv_buf_init(
            (memory + headerSize).assumingMemoryBound(to: CChar.self), UInt32(rest.count))
        let code = uv_write(request, stream, &buffer, 1) { request, status in
            let handle = request!.pointee.handle
            UnsafeMutableRawPointer(request!).deallocate()
            if status < 0 && status != UV_ECANCELED.rawValue {
                Connection.of(handle!.pointee.data).fail(.broken(status))
            }
        }
        guard code < 0 else { return }
        memory.deallocate()
        fail(.broken(code))
    }

    private func received(_ count: Int, _ start: UnsafeMutablePointer<CChar>?) {
        guard count != 0 else { return }  // EAGAIN in libuv's words.
        let now = uv_hrtime()
        guard count > 0 else { return ended(Int32(count), at: now) }
        let bytes = UnsafeRawBufferPointer(start: start, count: count)
        owner.received(count, at: now)
        guard state == .busy else { return fail(.brokenFraming, example: Readable.firstBytes(of: bytes)) }
        switch answer.feed(bytes) {
        case .needsMore: return
        case .complete: complete(at: now)
        case .broken: fail(.brokenFraming, example: Readable.firstBytes(of: bytes))
        }
    }

    private func ended(_ code: Int32, at now: UInt64) {
        if state == .busy && code == UV_EOF.rawValue && answer.finish() == .complete { return complete(at: now) }
        // A server may close a connection that carries nothing.
        if state == .idle { return close() }
        fail(code == UV_EOF.rawValue ? .closedEarly : .broken(code))
    }

    private func complete(at now: UInt64) {
        state = .idle
        let keepsAlive = answer.keepsAlive
        owner.answered(self, at: now)
        answer.reset()
        if keepsAlive {
            owner.becameFree(self, at: now)
        } else {
            readySince = now
            close()
        }
    }

    // MARK: Failing and closing

    /// Counts what went wrong with the request under way or with connecting, and closes.
    func fail(_ fault: Fault, example: @autoclosure () -> String = "") {
        guard state != .closing && state != .closed else { return }
        let wasConnecting = state == .connecting
        let wasBusy = state == .busy
        let now = uv_hrtime()
        if wasBusy || wasConnecting || fault == .brokenFraming {
            owner.failed(self, fault, wasConnecting: wasConnecting, at: now, example: example())
        }
        readySince = now
        couldNotConnect = wasConnecting
        close()
    }

    func close() {
        guard state != .closing && state != .closed else { return }
        owner.leaves(self)
        state = .closing
        let handle = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        uv_close(handle) { handle in
            let connection = Connection.of(handle!.pointee.data)
            connection.state = .closed
            connection.owner.closed(connection)
        }
    }
}
