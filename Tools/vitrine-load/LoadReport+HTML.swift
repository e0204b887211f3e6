extension LoadReport {
    /// The report as a page that needs nothing but itself.
    var html: [UInt8] {
        let page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>vitrine-load: \(escaped(workload))</title>
            <style>
            :root { color-scheme: light dark; --line: #2563eb; --grid: #8884 }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
            th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid var(--grid) }
            th:first-child, td:first-child { text-align: left; padding-left: 0 }
            code { overflow-wrap: anywhere }
            svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
            svg text { fill: currentColor }
            </style>
            </head>
            <body>
            <h1>\(escaped(workload))</h1>
            <p>\(escaped(url)), \(escaped(mode))</p>
            <table>
            \(summaryRows)
            </table>
            <h2>Latency</h2>
            \(PercentileCurve(latencies: latencies).svg)
            <table>
            <tr><th>requests</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>count</th><th>errors</th></tr>
            \(latencyRows)
            </table>
            \(faultTable)
            </body>
            </html>

            """
        return Array(page.utf8)
    }

    private var summaryRows: String {
        var rows = [("requests", Readable.count(requests)), ("errors", Readable.count(errors))]
        if let unsent { rows.append(("never sent", Readable.count(unsent))) }
        rows.append(("duration", "\(Readable.decimal(seconds, places: 2)) s"))
        rows.append(("rate", rateText))
        rows.append(("received", Readable.byteRate(bytesPerSecond)))
        return rows.map { "<tr><td>\($0)</td><td>\($1)</td></tr>" }.joined(separator: "\n")
    }

    private var latencyRows: String {
        var rows = [latencyRow("all", latencies, requests, errors)]
        if kinds.count > 1 { rows += kinds.map { latencyRow($0.name, $0.latencies, $0.requests, $0.errors) } }
        return rows.joined(separator: "\n")
    }

    private func latencyRow(_ name: String, _ latencies: Latencies, _ requests: Int, _ errors: Int) -> String {
        let times = Self.percentiles.map { latencies.percentile($0.percent) } + [latencies.max]
        let cells = times.map { Readable.time(nanoseconds: $0) } + [Readable.count(requests), Readable.count(errors)]
        return "<tr><td>\(escaped(name))</td>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }

    private var faultTable: String {
        guard !faults.isEmpty else { return "" }
        let rows = faults.map {
            "<tr><td>\(escaped($0.name))</td><td>\(Readable.count($0.count))</td><td><code>\(escaped($0.example))</code></td></tr>"
        }
        return """
            <h2>Wrong answers</h2>
            <table>
            <tr><th>what</th><th>count</th><th>for example</th></tr>
            \(rows.joined(separator: "\n"))
            </table>
            """
    }

    private func escaped(_ text: String) -> String {
        var safe = ""
        for character in text {
            switch character {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            default: safe.append(character)
            }
        }
        return safe
    }
}
