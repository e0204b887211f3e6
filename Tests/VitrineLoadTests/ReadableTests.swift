import Testing

@testable import vitrine_load

@Suite struct ReadableTests {
    @Test func figuresHaveUnits() {
        #expect(Readable.count(0) == "0" && Readable.count(999) == "999" && Readable.count(1_234_567) == "1,234,567")
        #expect(Readable.decimal(0.05, places: 1) == "0.1" && Readable.decimal(1234.5, places: 2) == "1,234.50")
        #expect(Readable.time(nanoseconds: 950) == "950 ns" && Readable.time(nanoseconds: 12_340) == "12.3 µs")
        #expect(Readable.time(nanoseconds: 412_000) == "412 µs" && Readable.time(nanoseconds: 3_210_000) == "3.21 ms")
        #expect(
            Readable.time(nanoseconds: 250_000_000) == "250 ms" && Readable.time(nanoseconds: 1_200_000_000) == "1.20 s"
        )
        #expect(Readable.byteRate(12_345_678) == "12.3 MB/s")
    }

    @Test func examplesAreOneShortLine() {
        let text = Array("a\r\n\u{1B}[31mé".utf8) + [0xFF] + Array(repeating: UInt8(ascii: "x"), count: 500)
        let shown = text.withUnsafeBytes { Readable.firstBytes(of: $0) }
        #expect(shown.hasPrefix("a...[31mé\u{FFFD}xxx"))
        #expect(shown.count <= Readable.exampleBytes)
    }

    @Test(arguments: [
        ("500ms", 500_000_000), ("30s", 30_000_000_000), ("2m", 120_000_000_000), ("1h", 3_600_000_000_000),
    ])
    func timeSpansAreRead(text: String, nanoseconds: UInt64) throws {
        #expect(try TimeSpan.parse(text).nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "30", "s", "-1s", "1.5s", "1d", "25h", "99999999999999999999s", "1 s"])
    func whatIsNoTimeSpanIsRefused(text: String) {
        #expect(throws: LoadError.self) { try TimeSpan.parse(text) }
    }

    @Test func percentilesOfMergedLatenciesAreThoseOfAll() {
        var (low, high) = (Latencies(), Latencies())
        for value in 1...900 { low.record(UInt64(value)) }
        for value in 901...1_000 { high.record(UInt64(value)) }
        low.add(high)
        #expect(low.count == 1_000 && low.percentile(50) == 500 && low.percentile(99) == 990 && low.max == 1_000)
        #expect(Latencies().percentile(99) == 0 && Latencies().max == 0)
    }
}
