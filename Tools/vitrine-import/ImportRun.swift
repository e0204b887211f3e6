import POSIX

/// Sends a market to a sink, phase by phase, and reports what became of it.
struct ImportRun {
    private let startedAt = Clock.monotonicNanoseconds
    private var progress = Progress()
    /// How often progress is looked at: a clock call for each command would be most of its cost offline.
    private static let progressStride = 64

    mutating func showProgress(_ text: @autoclosure () -> String) { progress.show(text()) }

    /// Sends every command of `market`: a batch is complete before the next one starts.
    mutating func send(_ market: any MarketSource, to sink: any Sink) throws(ImportError) {
        defer { progress.clear() }
        for batch in market.batches {
            let count = market.count(of: batch.phase)
            for index in batch.range {
                if let command = market.command(batch.phase, index) { try sink.submit(command) }
                if index % Self.progressStride == 0 {
                    progress.show("sending \(batch.phase.rawValue): \(index.grouped) of \(count.grouped)")
                }
            }
            try sink.finishBatch()
        }
    }

    mutating func clearProgress() { progress.clear() }

    /// Prints the summary on standard output; throws when a command was rejected, or lines were skipped for a fault of
    /// theirs.
    mutating func finish(_ outcomes: Outcomes, skipped: Int = 0) throws(ImportError) {
        progress.clear()
        for line in summary(of: outcomes) { print(line) }
        if outcomes.rejected > 0 {
            throw ImportError(
                "\(outcomes.rejected.grouped) of \(outcomes.sent.grouped) commands were rejected: "
                    + "the summary names reasons and the first of them; put them right and run the import again")
        }
        if skipped > 0 {
            throw ImportError(
                "\(skipped.grouped) lines were skipped as they cannot be read: the summary names reasons and the first of "
                    + "them; put them right and run the import again")
        }
    }

    /// Prints the summary of a product list; throws unless all of it is in the market.
    mutating func finish(_ catalog: CatalogImport, named name: String) throws(ImportError) {
        progress.clear()
        for line in catalog.summary + [seconds] { print(line) }
        guard catalog.imported > 0 else {
            throw ImportError(
                "\(name): nothing could be imported: \(catalog.faults.summary.joined(separator: "; "))")
        }
        guard catalog.faults.total == 0 else {
            throw ImportError(
                "\(name): \(catalog.faults.total.grouped) lines were skipped or rejected: the summary names reasons and "
                    + "lines; put them right and run the import again")
        }
    }

    private var seconds: String {
        let hundredths = (Clock.monotonicNanoseconds - startedAt) / 10_000_000
        let fraction = hundredths % 100
        return "seconds   \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private func summary(of outcomes: Outcomes) -> [String] {
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
        return lines + [seconds]
    }
}
