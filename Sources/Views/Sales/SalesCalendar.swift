import JSON

/// Days and months as numbers, in UTC.
public enum SalesCalendar {
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Days since 1970.
    public static func day(_ time: Timestamp) -> Int32 {
        let (quotient, rest) = time.milliseconds.quotientAndRemainder(dividingBy: dayMilliseconds)
        return Int32(clamping: rest < 0 ? quotient - 1 : quotient)
    }

    /// The beginning of a day.
    public static func start(ofDay day: Int32) -> Timestamp {
        Timestamp(milliseconds: Int64(day) * dayMilliseconds)
    }

    /// The day that begins at `time`; nil when none does.
    public static func day(beginningAt time: Timestamp) -> Int32? {
        time.milliseconds % dayMilliseconds == 0 ? day(time) : nil
    }

    /// Months since the year 0.
    static func month(ofDay day: Int32) -> Int32 {
        let (year, month, _) = start(ofDay: day).civilDay
        return Int32(clamping: year * 12 + month - 1)
    }

    static func firstDay(ofMonth month: Int32) -> Int32 {
        let (quotient, rest) = Int64(month).quotientAndRemainder(dividingBy: 12)
        let (year, monthOfYear) = rest < 0 ? (quotient - 1, rest + 12) : (quotient, rest)
        return Int32(clamping: Timestamp.days(year: year, month: monthOfYear + 1, day: 1))
    }

    /// `2026-11-23`
    static func append(day: Int32, to output: inout ByteWriter) {
        let (year, month, day) = start(ofDay: day).civilDay
        output.append(decimal: UInt64(max(year, 0)), width: 4)
        output.append("-")
        output.append(decimal: UInt64(month), width: 2)
        output.append("-")
        output.append(decimal: UInt64(day), width: 2)
    }
}
