import POSIX

/// A whole run, checked: what to ask, of whom, how fast and for how long.
struct LoadPlan: Sendable {
    enum Mode: Equatable, Sendable {
        case closed(connections: Int)
        case open(rate: Double, maxConnections: Int)
    }

    let url: TargetURL
    let address: ServerAddress
    let workload: WorkloadPlan
    let workloadName: String
    let mode: Mode
    let loops: Int
    let duration: TimeSpan
    let warmup: TimeSpan
    let timeout: TimeSpan
    let seed: UInt64

    /// Time for the threads of an open loop to start, so that the first request is not late already.
    private static let lead: UInt64 = 5_000_000

    var connections: Int {
        switch mode {
        case .closed(let connections), .open(_, let connections): connections
        }
    }

    /// What the run does, for the report's first line.
    var description: String {
        let loops = loops == 1 ? "1 loop" : "\(loops) loops"
        return switch mode {
        case .closed(let connections): "closed loop, \(connections) connections, \(loops)"
        case .open(let rate, let most):
            "open loop, \(Readable.rate(rate)) requests/s, at most \(most) connections, \(loops)"
        }
    }

    /// One plan a loop: connections shared out evenly, due times interleaved, a seed each.
    func loopPlans(begin: UInt64) -> [LoopPlan] {
        let begin = if case .open = mode { begin + Self.lead } else { begin }
        let measureFrom = begin + warmup.nanoseconds
        return (0..<loops).map { index in
            let share = connections / loops + (index < connections % loops ? 1 : 0)
            let loopMode: LoopPlan.Mode =
                switch mode {
                case .closed: .closed
                case .open(let rate, _): .open(Pacing(begin: begin, rate: rate, loop: index, loopCount: loops))
                }
            return LoopPlan(
                address: address, authority: url.authority, workload: workload, mode: loopMode, connections: share,
                timeout: timeout, seed: seed &+ UInt64(index), measureFrom: measureFrom,
                end: measureFrom + duration.nanoseconds)
        }
    }

    /// Refuses to begin where the process's limits do not reach, and raises that of open files to what the connections need.
    func requireResources() throws(LoadError) {
        do throws(ProcessLimits.Shortage) {
            // Besides connections a loop has its epoll, wake-ups and timer; the process its three and a report.
            try ProcessLimits.requireFiles(
                connections + 16 * loops + 32, for: "a run of \(connections) connections", wayOut: "take fewer")
            // A loop has a stack and what it counts, a connection the answer that it reads.
            try ProcessLimits.requireMemory(
                own: (64 + 32 * loops) << 20 + connections << 17, for: "a run of \(connections) connections")
        } catch {
            throw LoadError("\(error)")
        }
    }
}
