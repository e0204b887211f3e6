import JSON

extension LoadReport {
    /// The report for programs. Latencies are whole microseconds, rates are a second.
    var json: [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        writer.append("{\n  \"url\": ")
        writer.append(jsonString: url)
        writer.append(",\n  \"workload\": ")
        writer.append(jsonString: workload)
        writer.append(",\n  \"mode\": ")
        writer.append(jsonString: mode)
        writer.append(",\n  \"seed\": ")
        writer.append(decimal: seed)
        writer.append(",\n  \"seconds\": ")
        writer.append(decimal: seconds, places: 3)
        writer.append(",\n  \"requests\": ")
        writer.append(decimal: requests)
        writer.append(",\n  \"errors\": ")
        writer.append(decimal: errors)
        if let unsent, let targetRate {
            writer.append(",\n  \"unsent\": ")
            writer.append(decimal: unsent)
            writer.append(",\n  \"targetRate\": ")
            writer.append(decimal: targetRate, places: 1)
        }
        writer.append(",\n  \"rate\": ")
        writer.append(decimal: rate, places: 1)
        writer.append(",\n  \"bytesPerSecond\": ")
        writer.append(decimal: bytesPerSecond, places: 0)
        writer.append(",\n  \"latencyMicros\": ")
        append(latencies, to: &writer)
        writer.append(",\n  \"kinds\": [")
        for (index, kind) in kinds.enumerated() {
            writer.append(index == 0 ? "\n    {\"name\": " : ",\n    {\"name\": ")
            writer.append(jsonString: kind.name)
            writer.append(", \"requests\": ")
            writer.append(decimal: kind.requests)
            writer.append(", \"errors\": ")
            writer.append(decimal: kind.errors)
            writer.append(", \"latencyMicros\": ")
            append(kind.latencies, to: &writer)
            writer.append("}")
        }
        writer.append(kinds.isEmpty ? "],\n  \"faults\": [" : "\n  ],\n  \"faults\": [")
        for (index, fault) in faults.enumerated() {
            writer.append(index == 0 ? "\n    {\"fault\": " : ",\n    {\"fault\": ")
            writer.append(jsonString: fault.name)
            writer.append(", \"count\": ")
            writer.append(decimal: fault.count)
            writer.append(", \"example\": ")
            writer.append(jsonString: fault.example)
            writer.append("}")
        }
        writer.append(faults.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
        return writer.copyBytes()
    }

    private func append(_ latencies: Latencies, to writer: inout ByteWriter) {
        writer.append("{")
        for (name, percent) in Self.percentiles {
            writer.append(jsonString: name)
            writer.append(": ")
            writer.append(decimal: micros(latencies.percentile(percent)))
            writer.append(", ")
        }
        writer.append("\"max\": ")
        writer.append(decimal: micros(latencies.max))
        writer.append("}")
    }

    private func micros(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds + 500) / 1_000 }
}

extension ByteWriter {
    /// A number from zero up with `places` decimals and no grouping, as JSON wants it.
    fileprivate mutating func append(decimal value: Double, places: Int) {
        append(text: String(Readable.decimal(value, places: places).filter { $0 != "," }))
    }
}
