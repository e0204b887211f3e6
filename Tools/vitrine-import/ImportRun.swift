import POSIX

/// Sends a market to a sink, phase by phase, and reports what became of it.
struct ImportRun {
    private let startedAt = Clock.monotonicNanoseconds
    private var progress = Progress()
    /// How often progress is looked at: a clock call for each command would be most of its cost offline.
    private static let progressStride = 64

    mutating func showProgress(_ text: @autoclosure () -> String) { progress.show(text()) }

    /// Sends every command of `market`: a phase is complete before the next one starts.
    mutating func send(_ market: any MarketSource, to sink: any Sink) throws(ImportError) {
        defer { progress.clear() }
        for phase in Phase.allCases {
            let count = market.count(of: phase)
            for index in 0..<count {
                try sink.submit(market.command(phase, index))
                if index % Self.progressStride == 0 {
                    progress.show("sending \(phase.rawValue): \(index.grouped) of \(count.grouped)")
                }
            }
            try sink.finishPhase()
        }
    }

    /// Prints the summary on standard output; throws when a command was rejected.
    mutating func finish(_ outcomes: Outcomes) throws(ImportError) {
        progress.clear()
        for line in summary(of: outcomes) { print(line) }
        if outcomes.rejected > 0 {
            throw ImportError(
                "\(outcomes.rejected.grouped) of \(outcomes.sent.grouped) commands were rejected: "
                    + "the summary names reasons and the first of them; put them right and run the import again")
        }
    }

    private func summary(of outcomes: Outcomes) -> [String] {
        let hundredths = (Clock.monotonicNanoseconds - startedAt) / 10_000_000
        let fraction = hundredths % 100
        var lines = [
            "sent      \(outcomes.sent.grouped) commands",
            "accepted  \(outcomes.accepted.grouped)",
            "replayed  \(outcomes.replayed.grouped)",
            "unchanged \(outcomes.unchanged.grouped)",
            "rejected  \(outcomes.rejected.grouped)",
        ]
        for (reason, count) in outcomes.rejectedByReason.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  \(count.grouped) \(reason)")
        }
        for (index, rejection) in outcomes.firstRejections.enumerated() {
            lines.append("  \(index == 0 ? "first:" : "then: ") \(rejection)")
        }
        lines.append("seconds   \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)")
        return lines
    }
}
