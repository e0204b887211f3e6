import Glibc

/// Latency over percentile as an inline SVG, both axes logarithmic: each step to the right leaves a tenth of the requests.
struct PercentileCurve {
    let latencies: Latencies

    private let width = 860.0
    private let height = 320.0
    private let margin = (left: 76.0, right: 20.0, top: 16.0, bottom: 36.0)

    /// How many powers of ten of requests there are to tell apart: 3 shows up to p99.9, and 6 is the most.
    private var decades: Int {
        var (rest, decades) = (latencies.count / 10, 1)
        while rest >= 10 && decades < 6 { (rest, decades) = (rest / 10, decades + 1) }
        return decades
    }

    var svg: String {
        guard latencies.count > 0 else { return "<p>Nothing was measured.</p>" }
        return """
            <svg viewBox="0 0 \(Int(width)) \(Int(height))" role="img" aria-label="Latency by percentile">
            \(timeGrid)
            \(percentGrid)
            <polyline fill="none" stroke="var(--line)" stroke-width="2" points="\(points)"/>
            </svg>
            """
    }

    private var points: String {
        (0...decades * 20).map { step in
            let nines = Double(step) / 20
            let latency = latencies.percentile(100 * (1 - pow(10, -nines)))
            return "\(coordinate(x(nines))),\(coordinate(y(Double(latency))))"
        }.joined(separator: " ")
    }

    /// One line for each power of ten between the fastest and the slowest.
    private var timeGrid: String {
        (Int(lowest)...Int(highest)).map { exponent in
            let at = coordinate(y(pow(10, Double(exponent))))
            let label = "\(["1", "10", "100"][exponent % 3]) \(["ns", "µs", "ms", "s", "ks"][exponent / 3])"
            return """
                <line x1="\(margin.left)" x2="\(width - margin.right)" y1="\(at)" y2="\(at)" stroke="var(--grid)"/>
                <text x="\(margin.left - 8)" y="\(at)" text-anchor="end" dominant-baseline="middle">\(label)</text>
                """
        }.joined(separator: "\n")
    }

    private var percentGrid: String {
        (0...decades).map { nines in
            let at = coordinate(x(Double(nines)))
            let label =
                nines == 0
                ? "0%" : nines == 1 ? "90%" : "99\(nines > 2 ? "." : "")\(String(repeating: "9", count: nines - 2))%"
            return """
                <line y1="\(margin.top)" y2="\(height - margin.bottom)" x1="\(at)" x2="\(at)" stroke="var(--grid)"/>
                <text x="\(at)" y="\(height - margin.bottom + 20)" text-anchor="middle">\(label)</text>
                """
        }.joined(separator: "\n")
    }

    private var lowest: Double { floor(log10(Double(max(1, latencies.percentile(0))))) }
    private var highest: Double { max(lowest + 1, ceil(log10(Double(max(1, latencies.max))))) }

    private func x(_ nines: Double) -> Double {
        margin.left + nines / Double(decades) * (width - margin.left - margin.right)
    }

    private func y(_ nanoseconds: Double) -> Double {
        let share = (log10(max(1, nanoseconds)) - lowest) / (highest - lowest)
        return height - margin.bottom - share * (height - margin.top - margin.bottom)
    }

    private func coordinate(_ value: Double) -> String { Readable.decimal(max(0, value), places: 1) }
}
