import CLibUV

/// All deadlines of a loop: setting, moving and cancelling one is a few pointer writes, whatever their number.
///
/// A deadline lies in the list of the tick at which it is due. One libuv timer turns the wheel while any is set.
final class TimerWheel {
    /// A deadline's place in the wheel. Its memory belongs to the object it calls, which cancels it before it goes.
    struct Node {
        var next: UnsafeMutablePointer<Node>?
        var previous: UnsafeMutablePointer<Node>?
        var dueTick: UInt64 = 0
        let context: UnsafeMutableRawPointer?
        let expired: (@convention(c) (UnsafeMutableRawPointer) -> Void)?
    }

    /// 1,024 ticks of 100 ms are 102 s, more than any deadline of a server; a later one goes round again.
    private static let slotCount = 1_024

    private let loop: UnsafeMutablePointer<uv_loop_t>
    private let timer: UnsafeMutablePointer<uv_timer_t>
    private let granularity_ms: UInt64
    /// Heads of circular lists, so that unlinking needs no case for either end.
    private let slots: UnsafeMutablePointer<Node>
    private var lastTick: UInt64 = 0
    private var count = 0
    private var isTurning = false

    init(loop: UnsafeMutablePointer<uv_loop_t>, granularity_ms: UInt64) {
        precondition(granularity_ms > 0)
        self.loop = loop
        self.granularity_ms = granularity_ms
        timer = .allocate(capacity: 1)
        slots = .allocate(capacity: Self.slotCount)
        uv_timer_init(loop, timer)
        for index in 0..<Self.slotCount {
            (slots + index).initialize(to: Node(context: nil, expired: nil))
            Self.makeEmpty(slots + index)
        }
        timer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        // A deadline alone does not keep the loop running: the connection it belongs to does.
        timer.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    /// First half of the end: the timer closes on the next run of the loop.
    func close() { timer.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0, nil) } }

    /// Second half, once the loop has closed the timer.
    func deallocate() {
        timer.deallocate()
        slots.deallocate()
    }

    /// Sets or moves a deadline to `milliseconds` from now.
    func set(_ node: UnsafeMutablePointer<Node>, milliseconds: UInt64) {
        let due = (uv_now(loop) + milliseconds) / granularity_ms + 1
        if node.pointee.next != nil {
            if node.pointee.dueTick == due { return }
            Self.unlink(node)
        } else {
            count += 1
            if !isTurning { start() }
        }
        node.pointee.dueTick = due
        link(node)
    }

    /// Takes a deadline back; harmless when none is set.
    func cancel(_ node: UnsafeMutablePointer<Node>) {
        guard node.pointee.next != nil else { return }
        Self.unlink(node)
        count -= 1
    }

    private func start() {
        isTurning = true
        lastTick = uv_now(loop) / granularity_ms
        uv_timer_start(
            timer,
            { handle in
                // Safe: the loop keeps the wheel until the timer is closed.
                Unmanaged<TimerWheel>.fromOpaque(handle!.pointee.data)._withUnsafeGuaranteedRef { $0.turn() }
            }, granularity_ms, granularity_ms)
    }

    private func turn() {
        let tick = uv_now(loop) / granularity_ms
        // After a long pause one round visits every list there is.
        var visited = max(lastTick + 1, tick >= UInt64(Self.slotCount) ? tick - UInt64(Self.slotCount) + 1 : 0)
        lastTick = tick
        while visited <= tick {
            expire(slots + Int(visited % UInt64(Self.slotCount)), at: tick)
            visited += 1
        }
        // An idle server does not wake up ten times a second.
        if count == 0 {
            isTurning = false
            uv_timer_stop(timer)
        }
    }

    private func expire(_ slot: UnsafeMutablePointer<Node>, at tick: UInt64) {
        guard slot.pointee.next != slot else { return }
        // The list moves to a head of its own first: what runs below may set and cancel deadlines in it.
        withUnsafeTemporaryAllocation(of: Node.self, capacity: 1) { heads in
            let due = heads.baseAddress!
            due.initialize(to: slot.pointee)
            due.pointee.next!.pointee.previous = due
            due.pointee.previous!.pointee.next = due
            Self.makeEmpty(slot)
            while let node = due.pointee.next, node != due {
                Self.unlink(node)
                if node.pointee.dueTick > tick {
                    link(node)
                } else {
                    count -= 1
                    node.pointee.expired!(node.pointee.context!)
                }
            }
        }
    }

    private func link(_ node: UnsafeMutablePointer<Node>) {
        let slot = slots + Int(node.pointee.dueTick % UInt64(Self.slotCount))
        node.pointee.next = slot
        node.pointee.previous = slot.pointee.previous
        slot.pointee.previous!.pointee.next = node
        slot.pointee.previous = node
    }

    private static func unlink(_ node: UnsafeMutablePointer<Node>) {
        node.pointee.next!.pointee.previous = node.pointee.previous
        node.pointee.previous!.pointee.next = node.pointee.next
        node.pointee.next = nil
        node.pointee.previous = nil
    }

    private static func makeEmpty(_ head: UnsafeMutablePointer<Node>) {
        head.pointee.next = head
        head.pointee.previous = head
    }
}
