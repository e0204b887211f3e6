import Histogram

/// Latencies in nanoseconds with three significant digits, up to an hour, which longer ones count as.
struct Latencies: Sendable {
    private static let longest: UInt64 = 3_600_000_000_000
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: Latencies.longest, numberOfSignificantValueDigits: .three)

    var count: UInt64 { histogram.totalCount }
    var max: UInt64 { histogram.totalCount == 0 ? 0 : histogram.maxRecorded }

    @inline(__always)
    mutating func record(_ nanoseconds: UInt64) { histogram.record(min(nanoseconds, Self.longest)) }

    mutating func add(_ other: Latencies) { histogram.add(other.histogram) }

    /// The latency that `percent` of the requests did not exceed, never above the longest seen.
    func percentile(_ percent: Double) -> UInt64 { min(histogram.valueAtPercentile(percent), max) }
}
