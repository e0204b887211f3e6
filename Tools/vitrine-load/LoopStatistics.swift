/// What one loop counted; those of all loops are merged after the join.
struct LoopStatistics: Sendable {
    struct Kind: Sendable {
        let name: String
        var requests = 0
        var errors = 0
        var latencies = Latencies()
    }

    struct FaultTally: Sendable {
        var count: Int
        /// What the first one looked like.
        let example: String
    }

    private(set) var kinds: [Kind]
    private(set) var faults: [Fault: FaultTally] = [:]
    var bytesReceived = 0
    /// Requests of an open loop that were due and had not been sent when the time was up.
    private(set) var unsent = 0
    private(set) var latenciesOfUnsent = Latencies()
    /// When the last answer that counts arrived, in nanoseconds of `uv_hrtime`.
    private(set) var lastAnswer: UInt64 = 0

    /// When the loop had nothing left to wait for: its end, or its last answer behind it.
    var ended: UInt64 = 0

    init(kinds: [String]) { self.kinds = kinds.map { Kind(name: $0) } }

    var requests: Int { kinds.reduce(0) { $0 + $1.requests } }
    var errors: Int { kinds.reduce(0) { $0 + $1.errors } }

    @inline(__always)
    mutating func countAnswer(kind: Int, latency: UInt64, at time: UInt64) {
        kinds[kind].requests += 1
        kinds[kind].latencies.record(latency)
        lastAnswer = time
    }

    /// - Parameter latency: nil when the time it took says nothing about the server's speed.
    mutating func countFault(
        _ fault: Fault, kind: Int, latency: UInt64?, at time: UInt64, example: @autoclosure () -> String
    ) {
        kinds[kind].requests += 1
        kinds[kind].errors += 1
        if let latency {
            kinds[kind].latencies.record(latency)
            lastAnswer = time
        }
        if faults[fault] == nil { faults[fault] = FaultTally(count: 0, example: example()) }
        faults[fault]?.count += 1
    }

    /// A request that never left counts with the time it had waited: to leave it out would flatter the server.
    mutating func countUnsent(waited: UInt64) {
        unsent += 1
        latenciesOfUnsent.record(waited)
    }

    mutating func add(_ other: LoopStatistics) {
        for (index, kind) in other.kinds.enumerated() {
            kinds[index].requests += kind.requests
            kinds[index].errors += kind.errors
            kinds[index].latencies.add(kind.latencies)
        }
        for (fault, tally) in other.faults {
            let known = faults[fault]
            faults[fault] = FaultTally(
                count: (known?.count ?? 0) + tally.count, example: known?.example ?? tally.example)
        }
        bytesReceived += other.bytesReceived
        unsent += other.unsent
        latenciesOfUnsent.add(other.latenciesOfUnsent)
        lastAnswer = max(lastAnswer, other.lastAnswer)
        ended = max(ended, other.ended)
    }

    /// All kinds in one, with what was never sent.
    var allLatencies: Latencies {
        var all = latenciesOfUnsent
        for kind in kinds { all.add(kind.latencies) }
        return all
    }
}
