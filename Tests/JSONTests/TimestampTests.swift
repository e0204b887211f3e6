import JSON
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2010-12-01T08:26:00Z", "2010-12-01T08:26:00.000Z"),
        ("2010-12-01", "2010-12-01T00:00:00.000Z"),
        ("2026-11-23T09:00:00.1239+01:30", "2026-11-23T07:30:00.123Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("2000-02-29T00:00:00-00:30", "2000-02-29T00:30:00.000Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
    ])
    func parsedTimesAreWrittenInUTC(text: String, written: String) throws {
        let time = try #require(parse(text))
        var writer = ByteWriter()
        writer.append(time)
        #expect(String(decoding: writer.copyBytes(), as: UTF8.self) == written)
    }

    @Test(arguments: [
        "", "2010-13-01", "2010-02-29", "2010-12-01T", "2010-12-01T24:00:00Z", "2010-12-01T08:26:00", "x",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(parse(text) == nil)
    }

    private func parse(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        return Timestamp(rfc3339: bytes.span.bytes)
    }
}
