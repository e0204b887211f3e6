import JSON

/// The `Date` field of answers, formatted once a second.
public struct DateHeader: ~Copyable {
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with CRLF, behind the status line that most answers begin with.
    private var line = ByteWriter(capacity: 64)
    private static let statusLine = Status.ok.line

    /// `milliseconds` since 1970, as everywhere.
    public init(milliseconds: Int64) { set(milliseconds: milliseconds) }

    public mutating func set(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        let (year, month, day) = time.civilDay
        let seconds = UInt64(milliseconds / 1_000 % 86_400)
        // 1970-01-01 was a Thursday.
        let weekday = Int((milliseconds / 86_400_000 + 4) % 7)
        line.removeAll()
        line.append(Self.statusLine)
        line.append("Date: ")
        line.append((["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as [StaticString])[weekday])
        line.append(", ")
        line.append(decimal: UInt64(day), width: 2)
        line.append(
            ([
                " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ",
                " Dec ",
            ] as [StaticString])[Int(month - 1)])
        line.append(decimal: UInt64(year), width: 4)
        line.append(" ")
        line.append(decimal: seconds / 3_600, width: 2)
        line.append(":")
        line.append(decimal: seconds / 60 % 60, width: 2)
        line.append(":")
        line.append(decimal: seconds % 60, width: 2)
        line.append(" GMT\r\n")
    }

    /// Writes the line of `status` and the date.
    func write(_ status: Status, into output: inout ByteWriter) {
        if status == .ok { return output.append(line.bytes) }
        output.append(status.line)
        output.append(line.bytes.extracting(droppingFirst: Self.statusLine.utf8CodeUnitCount))
    }
}
