/// When the requests of an open loop are due: evenly spaced over all loops, and fixed before the run begins.
///
/// The spacing is constant, not Poisson: at a rate below what the server bears, queueing then shows the server's own
/// stalls and not the luck of arrivals, and two runs are alike.
struct Pacing: Sendable {
    /// When the first request of all is due, in nanoseconds of `uv_hrtime`.
    let begin: UInt64
    /// Requests a second, over all loops.
    let rate: Double
    /// Of `loopCount` loops, loop `loop` sends the requests `loop`, `loop + loopCount`, …
    let loop: Int
    let loopCount: Int

    /// When this loop's request `index` is due. Computed from the index, so that rounding never adds up.
    func due(_ index: Int) -> UInt64 {
        begin + UInt64(Double(index * loopCount + loop) * 1e9 / rate)
    }

    /// How many of this loop's requests are due before `time`.
    func count(before time: UInt64) -> Int {
        guard time > begin else { return 0 }
        let guess = (Double(time - begin) * rate / 1e9 - Double(loop)) / Double(loopCount)
        var count = max(0, Int(guess.rounded(.up)))
        // The quotient may be off by one in its last place.
        while count > 0 && due(count - 1) >= time { count -= 1 }
        while due(count) < time { count += 1 }
        return count
    }
}
