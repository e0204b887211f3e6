import Testing

@testable import Projector

@Suite struct ProjectorRestTests {
    /// A quarter of the time at the most is spent on commits, but no event waits for long, and what waits in numbers not at all.
    @Test(
        arguments: [
            (100_000, 0, 300_000), (100_000, 2_047, 300_000), (1_000_000, 5, 3_000_000), (50_000_000, 0, 4_000_000),
            (100_000, 2_048, 0), (50_000_000, 1_000_000, 0),
        ] as [(UInt64, UInt64, UInt64)])
    func aCommitIsFollowedByARest(taken_ns: UInt64, eventsBehind: UInt64, rest_ns: UInt64) {
        #expect(Projector.rest_ns(afterCommitOf_ns: taken_ns, eventsBehind: eventsBehind) == rest_ns)
    }
}
