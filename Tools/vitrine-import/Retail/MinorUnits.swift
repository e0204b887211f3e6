import Marketplace

/// A decimal price such as `2.55`, read digit by digit: no floating point ever holds money.
struct MinorUnits: Equatable {
    /// Whole minor units, rounded half up.
    let amount: Amount
    /// Whether the decimal had a part of a minor unit that rounding took or gave.
    let isRounded: Bool
    /// Whether it is at least one minor unit before rounding: 0.006 is not.
    let isPositive: Bool
    var isZero: Bool { amount == 0 && !isRounded }

    /// A number with `digits` decimals for the minor units: 2 of pounds, 0 of yen. nil when `text` is no decimal number, or
    /// has more than 12 digits before its point.
    init?(decimal text: ArraySlice<UInt8>, digits: Int) {
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var (whole, wholeDigits): (Amount, Int) = (0, 0)
        while let digit = rest.first?.decimalDigit {
            whole = whole * 10 + digit
            // Leading zeros do not count.
            if whole > 0 { wholeDigits += 1 }
            guard wholeDigits <= 12 else { return nil }
            rest.removeFirst()
        }
        var (magnitude, next, hasMore): (Amount, Amount, Bool) = (whole, 0, false)
        let hasDigits = text.contains { $0.decimalDigit != nil }
        var decimals = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            while let digit = rest.first?.decimalDigit {
                if decimals < digits {
                    magnitude = magnitude * 10 + digit
                } else if decimals == digits {
                    next = digit
                } else {
                    hasMore = hasMore || digit > 0
                }
                decimals += 1
                rest.removeFirst()
            }
        }
        guard hasDigits, rest.isEmpty else { return nil }
        for _ in min(decimals, digits)..<digits { magnitude *= 10 }
        isRounded = next > 0 || hasMore
        isPositive = !isNegative && magnitude >= 1
        amount = (isNegative ? -1 : 1) * (magnitude + (next >= 5 ? 1 : 0))
    }
}

extension UInt8 {
    var decimalDigit: Int64? { self >= 48 && self <= 57 ? Int64(self - 48) : nil }
}
