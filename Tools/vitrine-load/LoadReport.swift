/// What a run found, ready to be written as a table, as JSON or as a page.
struct LoadReport: Sendable {
    struct Kind: Sendable {
        let name: String
        let requests: Int
        let errors: Int
        let latencies: Latencies
    }

    struct FaultLine: Equatable, Sendable {
        let name: String
        let count: Int
        let example: String
    }

    let url: String
    let workload: String
    let mode: String
    /// What an open loop was asked for, in requests a second.
    let targetRate: Double?
    let seed: UInt64
    let seconds: Double
    let requests: Int
    let errors: Int
    /// Requests that were due and never sent; nil for a closed loop.
    let unsent: Int?
    /// Right answers a second.
    let rate: Double
    let bytesPerSecond: Double
    /// Everything that was answered, timed out or was never sent.
    let latencies: Latencies
    let kinds: [Kind]
    /// The most frequent first.
    let faults: [FaultLine]

    init(plan: LoadPlan, statistics: LoopStatistics, measureFrom: UInt64) {
        url = "http://\(plan.url.authority)"
        workload = plan.workloadName
        mode = plan.description
        seed = plan.seed
        seconds = Double(max(statistics.ended, measureFrom + 1) - measureFrom) / 1e9
        requests = statistics.requests
        errors = statistics.errors
        switch plan.mode {
        case .open(let rate, _): (unsent, targetRate) = (statistics.unsent, rate)
        case .closed: (unsent, targetRate) = (nil, nil)
        }
        rate = Double(requests - errors) / seconds
        bytesPerSecond = Double(statistics.bytesReceived) / seconds
        latencies = statistics.allLatencies
        kinds = statistics.kinds.filter { $0.requests > 0 }.map {
            Kind(name: $0.name, requests: $0.requests, errors: $0.errors, latencies: $0.latencies)
        }
        faults = statistics.faults
            .map { FaultLine(name: $0.key.description, count: $0.value.count, example: $0.value.example) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// The percentiles that every form of the report shows.
    static let percentiles: [(name: String, percent: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p999", 99.9),
    ]

    /// What makes the run a failure, in one line; nil when every answer was right.
    var failure: String? {
        if let worst = faults.first {
            return "\(Readable.count(errors)) of \(Readable.count(requests)) requests got no right answer, "
                + "most of all '\(worst.name)'; see the table for an example"
        }
        return requests == 0 ? "no answer came from \(url) in the time measured; make --duration longer" : nil
    }
}
