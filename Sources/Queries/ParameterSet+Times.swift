import HTTP
import JSON

extension ParameterSet {
    /// The bound of a range of times: RFC 3339, or a date as its 00:00Z.
    ///
    /// Rounded up to the next millisecond: what is at or after it, and what is before it, are then the same of times in
    /// whole milliseconds. A `+` that was sent bare stands for a space in a query, so a space before the zone's hours is one.
    func time(_ name: StaticString) throws(Problem) -> Timestamp? {
        guard var text = value(name) else { return nil }
        let zoneBytes = 6
        let dateAndHourBytes = 13
        if text.count > dateAndHourBytes + zoneBytes, text[text.count - zoneBytes] == UInt8(ascii: " ") {
            text[text.count - zoneBytes] = UInt8(ascii: "+")
        }
        guard let time = Timestamp(rfc3339: text.span.bytes) else {
            throw Problem.parameter(
                "\(name)", "must be a time such as 2026-11-23T09:00:00Z or 2026-11-23T10:00:00+01:00, or a date")
        }
        return ParameterSet.isBetweenMilliseconds(text) ? Timestamp(milliseconds: time.milliseconds + 1) : time
    }

    /// Whether the fraction of a second has more than milliseconds.
    private static func isBetweenMilliseconds(_ text: [UInt8]) -> Bool {
        guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return false }
        let fraction = text[(point + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return fraction.dropFirst(3).contains { $0 != UInt8(ascii: "0") }
    }
}
