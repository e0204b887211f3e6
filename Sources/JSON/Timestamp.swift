/// A moment as milliseconds since 1970-01-01T00:00:00Z: what every event, row and answer uses.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Eight bytes whose unsigned order is the order of time, before 1970 too: for keys.
    @inlinable public var orderedBits: UInt64 { UInt64(bitPattern: milliseconds) ^ (1 << 63) }

    /// Proleptic Gregorian year, month and day of the UTC day. (Howard Hinnant's `civil_from_days`.)
    public var civilDay: (year: Int64, month: Int64, day: Int64) {
        let days = milliseconds.flooredQuotient(86_400_000) + 719_468
        let era = days.flooredQuotient(146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Days since the epoch of a civil date. (Howard Hinnant's `days_from_civil`.)
    public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Parses RFC 3339 (`2026-11-23T09:00:00.123+01:00`), or a date alone as 00:00Z. Years 0001–9999; a leap second
    /// counts as the second before it; fractions beyond milliseconds are cut.
    public init?(rfc3339 text: RawSpan) {
        var scanner = Scanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), year >= 1, (1...12).contains(month), day >= 1,
            day <= Timestamp.length(ofMonth: month, year: year)
        else { return nil }
        var milliseconds = Timestamp.days(year: year, month: month, day: day) * 86_400_000
        if scanner.isAtEnd {
            self.init(milliseconds: milliseconds)
            return
        }
        guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "), let hour = scanner.digits(2),
            scanner.skip(":"),
            let minute = scanner.digits(2), scanner.skip(":"), let second = scanner.digits(2), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        milliseconds += (hour * 3_600 + minute * 60 + min(second, 59)) * 1_000
        if scanner.skip(".") {
            guard let fraction = scanner.milliseconds() else { return nil }
            milliseconds += fraction
        }
        if !scanner.skip("Z") && !scanner.skip("z") {
            let isWest = scanner.skip("-")
            guard isWest || scanner.skip("+"), let hours = scanner.digits(2), scanner.skip(":"),
                let minutes = scanner.digits(2), hours < 24, minutes < 60
            else { return nil }
            milliseconds += (hours * 60 + minutes) * (isWest ? 60_000 : -60_000)
        }
        guard scanner.isAtEnd else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Walks over the fixed fields of a timestamp.
    private struct Scanner: ~Escapable {
        let text: RawSpan
        var offset = 0

        @_lifetime(copy text)
        init(_ text: RawSpan) { self.text = text }

        var isAtEnd: Bool { offset == text.byteCount }

        var digit: Int64? {
            guard offset < text.byteCount else { return nil }
            let byte = text.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            return byte >= 48 && byte <= 57 ? Int64(byte - 48) : nil
        }

        @_lifetime(self: copy self)
        mutating func digits(_ length: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<length {
                guard let digit else { return nil }
                value = value * 10 + digit
                offset += 1
            }
            return value
        }

        /// The first three digits of a fraction, which has at least one.
        @_lifetime(self: copy self)
        mutating func milliseconds() -> Int64? {
            var (value, scale): (Int64, Int64) = (0, 100)
            guard digit != nil else { return nil }
            while let digit {
                value += digit * scale
                scale /= 10
                offset += 1
            }
            return value
        }

        @_lifetime(self: copy self)
        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard offset < text.byteCount,
                text.unsafeLoad(fromByteOffset: offset, as: UInt8.self) == UInt8(ascii: character)
            else { return false }
            offset += 1
            return true
        }
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension ByteWriter {
    /// RFC 3339 in UTC with milliseconds and `Z`, without quotes.
    public mutating func append(_ time: Timestamp) {
        let (year, month, day) = time.civilDay
        var rest = UInt64(time.milliseconds % 86_400_000 + (time.milliseconds % 86_400_000 < 0 ? 86_400_000 : 0))
        append(decimal: UInt64(max(year, 0)), width: 4)
        append("-")
        append(decimal: UInt64(month), width: 2)
        append("-")
        append(decimal: UInt64(day), width: 2)
        append("T")
        append(decimal: rest / 3_600_000, width: 2)
        rest %= 3_600_000
        append(":")
        append(decimal: rest / 60_000, width: 2)
        rest %= 60_000
        append(":")
        append(decimal: rest / 1_000, width: 2)
        append(".")
        append(decimal: rest % 1_000, width: 3)
        append("Z")
    }
}
