/// A deadline of its own that runs a closure on the loop: for waits and keep-alives, not for every request.
public final class LoopTimer {
    private let loop: EventLoop
    private let node: UnsafeMutablePointer<TimerWheel.Node>
    private let action: () -> Void

    /// `action` runs on the loop's thread. It must not keep the timer alive.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
        node = .allocate(capacity: 1)
        node.initialize(
            to: TimerWheel.Node(context: Unmanaged.passUnretained(self).toOpaque()) { context in
                // Safe: the timer cancels its node before it goes away. Retained, for the action may drop the timer.
                Unmanaged<LoopTimer>.fromOpaque(context).takeUnretainedValue().action()
            })
    }

    deinit {
        loop.wheel.cancel(node)
        node.deallocate()
    }

    /// Sets or moves the deadline; it fires once, up to one granularity of the wheel late.
    public func start(milliseconds: UInt64) { loop.wheel.set(node, milliseconds: milliseconds) }

    public func cancel() { loop.wheel.cancel(node) }
}
