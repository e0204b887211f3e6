extension LoadReport {
    /// The report as it is printed at the end of a run.
    var table: String {
        var lines = ["\(workload) at \(url): \(mode)", ""]
        lines.append(row("requests", Readable.count(requests)))
        lines.append(row("errors", Readable.count(errors)))
        if let unsent, unsent > 0 {
            lines.append(row("never sent", "\(Readable.count(unsent)) were due when time was up"))
        }
        lines.append(row("duration", "\(Readable.decimal(seconds, places: 2)) s"))
        lines.append(row("rate", rateText))
        lines.append(row("received", Readable.byteRate(bytesPerSecond)))
        lines.append("")
        lines.append(columns(["latency", "p50", "p90", "p99", "p99.9", "max", "requests", "errors"]))
        lines.append(latencyRow("all", latencies, requests: requests, errors: errors))
        if kinds.count > 1 {
            for kind in kinds {
                lines.append(latencyRow(kind.name, kind.latencies, requests: kind.requests, errors: kind.errors))
            }
        }
        if !faults.isEmpty {
            lines += ["", "wrong answers"]
            for fault in faults {
                lines.append("  \(Readable.count(fault.count)) × \(fault.name)")
                if !fault.example.isEmpty { lines.append("      for example: \(fault.example)") }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var rateText: String {
        let reached = "\(Readable.rate(rate)) right answers/s"
        guard let targetRate else { return reached }
        return "\(reached) of \(Readable.rate(targetRate)) asked for"
    }

    private func row(_ name: String, _ value: String) -> String { "\(padded(name, to: 12))\(value)" }

    private func latencyRow(_ name: String, _ latencies: Latencies, requests: Int, errors: Int) -> String {
        let times = Self.percentiles.map { Readable.time(nanoseconds: latencies.percentile($0.percent)) }
        let longest = Readable.time(nanoseconds: latencies.max)
        return columns([name] + times + [longest, Readable.count(requests), Readable.count(errors)])
    }

    private func columns(_ cells: [String]) -> String {
        padded(cells[0], to: 20)
            + cells.dropFirst().map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
