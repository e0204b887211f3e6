import Testing

@testable import vitrine_load

@Suite struct PacingTests {
    @Test func requestsAreEvenlySpacedOverAllLoops() {
        let loops = (0..<3).map { Pacing(begin: 1_000, rate: 7_000, loop: $0, loopCount: 3) }
        let dues = (0..<100).flatMap { index in loops.map { $0.due(index) } }
        #expect(dues[0] == 1_000)
        for (earlier, later) in zip(dues, dues.dropFirst()) {
            #expect(later - earlier == 142_857 || later - earlier == 142_858)
        }
    }

    @Test func roundingDoesNotAddUp() {
        let pacing = Pacing(begin: 0, rate: 3, loop: 0, loopCount: 1)
        #expect(pacing.due(3 * 86_400) == 86_400 * 1_000_000_000)
    }

    @Test func countAgreesWithDueTimes() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let loopCount = 1 + random.below(4)
            let pacing = Pacing(
                begin: UInt64(random.below(1_000_000)), rate: 0.5 + random.unit() * 1e5, loop: random.below(loopCount),
                loopCount: loopCount)
            // Also exactly on a due time, where one off would hide.
            let near = pacing.due(random.below(1_000))
            let time = near + UInt64(random.below(3)) - min(near, 1)
            let count = pacing.count(before: time)
            #expect(count == 0 || pacing.due(count - 1) < time, "seed \(seed)")
            #expect(pacing.due(count) >= time, "seed \(seed)")
        }
    }
}
