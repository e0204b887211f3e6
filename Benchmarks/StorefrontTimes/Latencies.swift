import Glibc

/// Times of single calls, in nanoseconds.
struct Latencies {
    private var nanoseconds: [UInt64] = []

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Times each call of `body`, or of so many at once where one takes not much longer than looking at the clock.
    mutating func measure(_ count: Int, atOnce: Int = 1, _ body: (Int) throws -> Void) rethrows {
        var index = 0
        while index < count {
            let end = min(index + atOnce, count)
            let start = Latencies.now
            for call in index..<end { try body(call) }
            nanoseconds.append((Latencies.now - start) / UInt64(end - index))
            index = end
        }
    }

    /// Microseconds that a part of the calls did not exceed.
    func micros(_ part: Double) -> Double {
        precondition(!nanoseconds.isEmpty, "nothing was measured")
        let sorted = nanoseconds.sorted()
        return Double(sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]) / 1e3
    }

    var median: Double { micros(0.5) }
}
