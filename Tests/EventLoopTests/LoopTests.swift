import EventLoop
import POSIX
import Testing

/// Loops without sockets: deadlines and wakes.
@Suite struct LoopTests {
    @Test func deadlinesFireInOrderAndNeverEarly() {
        let loop = EventLoop(timerGranularity_ms: 5)
        let waker = Waker(on: loop) {}
        var fired: [(wanted: UInt64, after: UInt64)] = []
        var timers: [LoopTimer] = []
        let start = loop.now_ms
        for delay: UInt64 in [120, 10, 60, 0, 35] {
            let timer = LoopTimer(on: loop) {
                fired.append((delay, loop.now_ms - start))
                if fired.count == 5 { waker.close() }
            }
            timer.start(milliseconds: delay)
            timers.append(timer)
        }
        loop.run()
        #expect(fired.map(\.wanted) == [0, 10, 35, 60, 120])
        for (wanted, after) in fired { #expect(after >= wanted) }
    }

    @Test func movedAndCancelledDeadlinesDoNotFireAsBefore() {
        let loop = EventLoop(timerGranularity_ms: 5)
        let waker = Waker(on: loop) {}
        var fired: [String] = []
        let moved = LoopTimer(on: loop) { fired.append("moved") }
        let cancelled = LoopTimer(on: loop) { fired.append("cancelled") }
        let end = LoopTimer(on: loop) {
            fired.append("end")
            waker.close()
        }
        let first = LoopTimer(on: loop) {
            fired.append("first")
            // Due in the same turn of the wheel, and taken back during it.
            cancelled.cancel()
            end.start(milliseconds: 40)
        }
        moved.start(milliseconds: 10)
        first.start(milliseconds: 20)
        cancelled.start(milliseconds: 20)
        moved.start(milliseconds: 40)
        loop.run()
        #expect(fired == ["first", "moved", "end"])
    }

    @Test func deadlinesBeyondOneRoundOfTheWheelWait() {
        // 1,024 slots of one millisecond: 1.2 s is more than a round.
        let loop = EventLoop(timerGranularity_ms: 1)
        let waker = Waker(on: loop) {}
        let start = loop.now_ms
        var after: UInt64 = 0
        let timer = LoopTimer(on: loop) {
            after = loop.now_ms - start
            waker.close()
        }
        timer.start(milliseconds: 1_200)
        loop.run()
        #expect(after >= 1_200 && after < 3_000)
    }

    @Test func manyRandomDeadlinesAllFire() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        let loop = EventLoop(timerGranularity_ms: 3)
        let waker = Waker(on: loop) {}
        var (fired, early) = (0, 0)
        var timers: [LoopTimer] = []
        let start = loop.now_ms
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let delay = (state >> 33) % 300
            let timer = LoopTimer(on: loop) {
                fired += 1
                if loop.now_ms - start < delay { early += 1 }
                if fired == 2_000 { waker.close() }
            }
            timer.start(milliseconds: (state >> 40) % 500)
            timer.start(milliseconds: delay)
            timers.append(timer)
        }
        loop.run()
        #expect(fired == 2_000, "seed \(seed)")
        #expect(early == 0, "seed \(seed)")
    }

    @Test func wakesFromManyThreadsAreNotLost() {
        let loop = EventLoop()
        let posted = Monitor(0)
        let total = 8 * 2_000
        var waker: Waker?
        waker = Waker(on: loop) {
            // The last wake comes after the last post, so the loop is sure to see them all.
            if posted.withLock({ $0 }) == total { waker?.close() }
        }
        let shared = waker!
        let threads = (0..<8).map { _ in
            Thread(name: "waking") {
                for _ in 0..<2_000 {
                    posted.withLock { $0 += 1 }
                    shared.wake()
                }
            }
        }
        loop.run()
        for thread in threads { thread.join() }
        #expect(shared.wake() == false)
    }

    @Test func theTickHookRunsAfterTheCallbacks() {
        let loop = EventLoop(timerGranularity_ms: 1)
        let waker = Waker(on: loop) {}
        var order: [String] = []
        let timer = LoopTimer(on: loop) {
            order.append("timer")
            waker.close()
        }
        loop.onTickEnd = { if order.last == "timer" { order.append("tick") } }
        timer.start(milliseconds: 5)
        loop.run()
        #expect(order == ["timer", "tick"])
    }
}
