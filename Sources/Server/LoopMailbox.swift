import EventLoop
import POSIX

/// The only way into a loop from another thread: work that runs on the loop, in the order it was posted.
public final class LoopMailbox: Sendable {
    public typealias Work = @Sendable (ServerLoop) -> Void

    private struct Box {
        var work: [Work] = []
        var waker: Waker?
        var isClosed = false
    }

    private let box = Monitor(Box())

    init() {}

    /// Runs `work` on the loop's thread. False when the loop has ended: the work is dropped.
    @discardableResult
    public func post(_ work: @escaping Work) -> Bool {
        box.withLock { box in
            guard !box.isClosed else { return false }
            box.work.append(work)
            // Wakes coalesce: whoever finds the box empty sends, the loop empties it.
            if box.work.count == 1 { box.waker?.wake() }
            return true
        }
    }

    /// Takes posts from now on to the loop; what came earlier is waiting already.
    func open(_ waker: Waker) {
        box.withLock { box in
            box.waker = waker
            if !box.work.isEmpty { waker.wake() }
        }
    }

    func takeAll() -> [Work] {
        box.withLock { box in
            let work = box.work
            box.work = []
            return work
        }
    }

    func close() {
        box.withLock { box in
            box.isClosed = true
            box.work = []
            box.waker?.close()
            box.waker = nil
        }
    }
}
