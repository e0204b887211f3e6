/// A length of time as people write it on a command line: `500ms`, `30s`, `2m`, `1h`.
struct TimeSpan: Equatable, Sendable {
    let nanoseconds: UInt64

    var seconds: Double { Double(nanoseconds) / 1e9 }

    static func seconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }

    /// A whole number with its unit. A day is the most: longer is a slip of the hand.
    static func parse(_ text: String) throws(LoadError) -> TimeSpan {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit: UInt64? =
            switch text.dropFirst(digits.count) {
            case "ms": 1_000_000
            case "s": 1_000_000_000
            case "m": 60_000_000_000
            case "h": 3_600_000_000_000
            default: nil
            }
        guard let unit, let count = UInt64(digits), count <= 86_400_000, count * unit <= 86_400_000_000_000 else {
            throw LoadError("'\(text)' is no duration up to a day; write 500ms, 30s, 2m or 1h")
        }
        return TimeSpan(nanoseconds: count * unit)
    }
}
