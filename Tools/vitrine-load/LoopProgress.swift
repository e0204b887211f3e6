import Synchronization

/// What a running loop tells the thread that shows progress.
final class LoopProgress: Sendable {
    let requests = Atomic<Int>(0)
    let errors = Atomic<Int>(0)
}

/// Set by Ctrl-C: every loop then ends as if its time were up, and the report covers what was measured.
let interrupted = Atomic<Bool>(false)
