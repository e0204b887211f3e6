import CLibUV
import Glibc
import JSON
import Synchronization

/// One libuv loop that makes requests, checks answers and counts. Everything in it belongs to the thread that runs it.
final class LoadLoop {
    /// How often timeouts, the end and progress are looked at, in milliseconds.
    private static let tickMilliseconds: UInt64 = 10

    let plan: LoopPlan
    let loop: UnsafeMutablePointer<uv_loop_t>
    /// Every connection reads into this one: an answer is parsed before the next read.
    let readBuffer: UnsafeMutableBufferPointer<CChar>
    let workload: any Workload
    var statistics: LoopStatistics
    private let judge: AnswerJudge
    private let progress: LoopProgress
    private let tick: UnsafeMutablePointer<uv_timer_t>
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private var request = ByteWriter(capacity: 1024)
    private(set) var connections: [Connection] = []
    /// Free connections of an open loop, the latest used last.
    var free: [Connection] = []
    /// Slots of an open loop without a connection.
    var closedSlots: [Connection] = []
    var connectingCount = 0
    /// How many of this loop's requests have been sent or given up.
    var nextIndex = 0
    var dueTimer: DueTimer?
    private(set) var end: UInt64
    private(set) var isEnding = false
    private var handlesAreClosed = false

    init(plan: LoopPlan, progress: LoopProgress) {
        self.plan = plan
        self.progress = progress
        end = plan.end
        workload = plan.workload.makeWorkload(authority: plan.authority, seed: plan.seed)
        judge = AnswerJudge(catalog: plan.workload.catalog)
        statistics = LoopStatistics(kinds: workload.kinds)
        loop = .allocate(capacity: 1)
        loop.initialize(to: uv_loop_t())
        tick = .allocate(capacity: 1)
        tick.initialize(to: uv_timer_t())
        prepare = .allocate(capacity: 1)
        prepare.initialize(to: uv_prepare_t())
        readBuffer = .allocate(capacity: 65_536)
    }

    deinit {
        readBuffer.deallocate()
        prepare.deallocate()
        tick.deallocate()
        loop.deallocate()
    }

    /// Runs to the end of the plan and gives back what was counted.
    func run() throws(LoadError) -> LoopStatistics {
        let code = uv_loop_init(loop)
        guard code == 0 else {
            throw LoadError("cannot make a loop: \(String(cString: uv_strerror(code))); raise the limit of open files")
        }
        // Safe: the handles are closed before `run` returns, and `self` is alive until then.
        let data = Unmanaged.passUnretained(self).toOpaque()
        uv_timer_init(loop, tick)
        tick.pointee.data = data
        uv_timer_start(
            tick, { LoadLoop.of($0!.pointee.data).ticked() }, Self.tickMilliseconds, Self.tickMilliseconds)
        if case .open = plan.mode {
            do throws(LoadError) {
                dueTimer = try DueTimer(loop: loop)
            } catch {
                closeHandles()
                finish()
                throw error
            }
            uv_prepare_init(loop, prepare)
            prepare.pointee.data = data
            uv_prepare_start(prepare) { LoadLoop.of($0!.pointee.data).prepareToSleep() }
        }
        connections = (0..<plan.connections).map { _ in
            Connection(owner: self, answer: AnswerParser())
        }
        switch plan.mode {
        case .open: closedSlots = connections
        case .closed: for connection in connections { open(connection) }
        }
        finish()
        return statistics
    }

    private func finish() {
        uv_run(loop, UV_RUN_DEFAULT)
        let code = uv_loop_close(loop)
        precondition(code == 0, "a handle was left open: \(code)")
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> LoadLoop {
        Unmanaged<LoadLoop>.fromOpaque(data!).takeUnretainedValue()
    }

    // MARK: Sending

    func open(_ connection: Connection) {
        connectingCount += 1
        connection.open(deadline: uv_hrtime() + plan.timeout.nanoseconds)
    }

    func send(over connection: Connection, startedAt: UInt64, at now: UInt64) {
        request.removeAll()
        let rule = workload.writeRequest(to: &request)
        let deadline = now + plan.timeout.nanoseconds
        request.withUnsafeBytes {
            connection.send($0, rule, startedAt: startedAt, deadline: deadline)
        }
    }

    // MARK: What connections report

    func received(_ count: Int, at now: UInt64) {
        if now >= plan.measureFrom { statistics.bytesReceived += count }
    }

    func connected(_ connection: Connection) { connectingCount -= 1 }

    /// A connection has just been made or has carried a whole answer.
    func becameFree(_ connection: Connection, at now: UInt64) {
        switch plan.mode {
        case .closed:
            if isEnding || now >= end { return connection.close() }
            // After a reconnect the time it took is the request's: the user waited for it.
            send(over: connection, startedAt: connection.readySince ?? now, at: now)
        case .open:
            if isEnding { return connection.close() }
            free.append(connection)
            sendDue(at: now)
        }
    }

    func answered(_ connection: Connection, at now: UInt64) {
        let rule = connection.rule
        let latency = now - connection.startedAt
        let answer = connection.answer
        connection.readySince = now
        if let fault = judge.fault(in: answer, to: rule) {
            let example = "\(answer.status) \(Readable.firstBytes(of: answer.body))"
            statistics.countFault(fault, kind: rule.kind, latency: latency, at: now, example: example)
            return
        }
        workload.learn(from: answer, to: rule)
        // A right answer to a request of the warm-up counts for nothing, a wrong one is wrong at any time.
        if connection.startedAt >= plan.measureFrom {
            statistics.countAnswer(kind: rule.kind, latency: latency, at: now)
        }
    }

    func failed(_ connection: Connection, _ fault: Fault, wasConnecting: Bool, at now: UInt64, example: String) {
        // A connection that cannot be made fails the request that it was to carry.
        if wasConnecting && !takeOldestDue(at: now) { return }
        let kind = wasConnecting ? 0 : connection.rule.kind
        let latency = !wasConnecting && fault.countsAsLatency ? now - connection.startedAt : nil
        statistics.countFault(fault, kind: kind, latency: latency, at: now, example: example)
    }

    /// Called before a connection closes, whatever the reason.
    func leaves(_ connection: Connection) {
        if connection.state == .connecting { connectingCount -= 1 }
        if connection.state == .idle { free.removeAll { $0 === connection } }
    }

    func closed(_ connection: Connection) {
        if isEnding { return closeHandlesIfDone() }
        switch plan.mode {
        case .open:
            closedSlots.append(connection)
            sendDue(at: uv_hrtime())
        case .closed:
            // A slot that could not connect waits for the tick, so that a dead server is not hammered.
            if !connection.couldNotConnect { open(connection) }
        }
    }

    // MARK: Time

    private func ticked() {
        let now = uv_hrtime()
        if interrupted.load(ordering: .relaxed) { end = min(end, now) }
        for connection in connections {
            switch connection.state {
            case .busy where now >= connection.deadline: connection.fail(.timeout)
            case .connecting where now >= connection.deadline: connection.fail(.connect(UV_ETIMEDOUT.rawValue))
            case .closed where connection.couldNotConnect && !isEnding: retry(connection)
            default: break
            }
        }
        progress.requests.store(statistics.requests, ordering: .relaxed)
        progress.errors.store(statistics.errors, ordering: .relaxed)
        guard now >= end else { return }
        if !isEnding { beginEnding(at: now) }
        closeHandlesIfDone()
    }

    private func retry(_ connection: Connection) {
        if case .closed = plan.mode { open(connection) }
    }

    private func beginEnding(at now: UInt64) {
        sendDue(at: now)
        isEnding = true
        countUnsent(at: now)
        for connection in connections where connection.state != .busy { connection.close() }
    }

    /// Answers under way are waited for; their timeouts bound the wait.
    private func closeHandlesIfDone() {
        if connections.allSatisfy({ $0.state == .closed }) { closeHandles() }
    }

    private func closeHandles() {
        guard !handlesAreClosed else { return }
        handlesAreClosed = true
        statistics.ended = max(end, statistics.lastAnswer)
        uv_close(UnsafeMutableRawPointer(tick).assumingMemoryBound(to: uv_handle_t.self), nil)
        guard let dueTimer else { return }
        dueTimer.close()
        uv_close(UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self), nil)
    }
}
