import HTTP
import Testing

/// `Prefer`, as RFC 7240 has it.
@Suite struct PreferenceTests {
    private func wait(_ fields: String) throws -> String? {
        let head = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n".utf8)
        return try head.withUnsafeBytes { bytes throws(Refusal) in
            let parser = RequestParser()
            let request = parser.request(
                try parser.parse(bytes), head: bytes.baseAddress!, body: UnsafeRawBufferPointer(start: nil, count: 0))
            return request.preference("wait").map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(arguments: [
        ("Prefer: wait=3", "3"), ("Prefer: WAIT = 3", "3"), ("prefer:wait=\"3\"", "3"), ("Prefer: wait", ""),
        ("Prefer: return=minimal, wait=5", "5"), ("Prefer: wait=0;x=1", "0"), ("Prefer: a;b=\"c, d\";e, wait=2", "2"),
        // The first counts, on one line or on two.
        ("Prefer: wait=0, wait=5", "0"), ("Prefer: wait=4\r\nPrefer: wait=5", "4"), ("Prefer: ,, wait=1,", "1"),
        ("Prefer: x\r\nPrefer: wait=5", "5"),
    ]) func thePreferenceIsFound(fields: String, value: String) throws {
        #expect(try wait(fields) == value)
    }

    @Test(arguments: [
        "Accept: wait=3", "Prefer: foo=\"a, wait=0\"", "Prefer: foo=\"\\\", wait=0\"", "Prefer: x;wait=0",
        "Prefer: awaited=1",
        "Prefer:", "Prefer: =wait", "Prefer: foo=\"wait=1",
    ]) func anotherPreferenceIsNot(fields: String) throws {
        #expect(try wait(fields) == nil)
    }
}
