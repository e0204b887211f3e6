import JSON

/// Figures and bytes as people read them.
enum Readable {
    /// How much of a wrong answer is shown.
    static let exampleBytes = 120

    /// `1234567` as `1,234,567`.
    static func count(_ value: Int) -> String {
        var grouped: [Character] = []
        for (index, digit) in String(value.magnitude).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + String(grouped.reversed())
    }

    /// A number with exactly `places` decimals, from zero up.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        // The bound keeps the conversion from trapping; no figure here comes near it.
        let scaled = Int(min(value * Double(scale), 9e18).rounded())
        guard places > 0 else { return count(scaled) }
        let fraction = String(scaled % scale)
        return "\(count(scaled / scale)).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    /// Nanoseconds with three digits or so and their unit.
    static func time(nanoseconds: UInt64) -> String {
        let value = Double(nanoseconds)
        return switch nanoseconds {
        case ..<1_000: "\(nanoseconds) ns"
        case ..<100_000: "\(decimal(value / 1e3, places: 1)) µs"
        case ..<1_000_000: "\(decimal(value / 1e3, places: 0)) µs"
        case ..<100_000_000: "\(decimal(value / 1e6, places: 2)) ms"
        case ..<1_000_000_000: "\(decimal(value / 1e6, places: 0)) ms"
        default: "\(decimal(value / 1e9, places: 2)) s"
        }
    }

    /// Bytes a second, in powers of 1,000 as network rates are.
    static func byteRate(_ bytes: Double) -> String {
        switch bytes {
        case ..<1e3: "\(decimal(bytes, places: 0)) B/s"
        case ..<1e6: "\(decimal(bytes / 1e3, places: 1)) kB/s"
        case ..<1e9: "\(decimal(bytes / 1e6, places: 1)) MB/s"
        default: "\(decimal(bytes / 1e9, places: 2)) GB/s"
        }
    }

    /// Requests a second: whole from a hundred on.
    static func rate(_ value: Double) -> String { decimal(value, places: value < 100 ? 1 : 0) }

    static func firstBytes(of body: borrowing ByteWriter) -> String {
        body.withUnsafeBytes { firstBytes(of: $0) }
    }

    /// The start of a body on one line; what is no printable character shows as a dot.
    static func firstBytes(of body: UnsafeRawBufferPointer) -> String {
        guard !body.isEmpty else { return "(no body)" }
        let start = String(decoding: body.prefix(exampleBytes), as: UTF8.self)
        return String(String.UnicodeScalarView(start.unicodeScalars.map { $0.properties.isPrintable ? $0 : "." }))
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isPrintable: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
