import Marketplace

/// A decimal price such as `2.55`, read digit by digit: no floating point ever holds money.
struct MinorUnits: Equatable {
    /// Whole minor units (a hundredth of the decimal's unit), rounded half up.
    let amount: Amount
    /// Whether the decimal had a part of a minor unit that rounding took or gave.
    let isRounded: Bool
    /// Whether it is at least one minor unit before rounding: 0.006 is not.
    let isPositive: Bool
    var isZero: Bool { amount == 0 && !isRounded }

    /// nil when `text` is no decimal number, or has more than 12 digits before its point.
    init?(decimal text: ArraySlice<UInt8>) {
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
        var (hundredths, scale, third, hasMore): (Amount, Amount, Amount, Bool) = (0, 10, 0, false)
        var hasDigits = text.contains { $0.decimalDigit != nil }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            var index = 0
            while let digit = rest.first?.decimalDigit {
                hasDigits = true
                if index < 2 {
                    hundredths += digit * scale
                } else if index == 2 {
                    third = digit
                } else {
                    hasMore = hasMore || digit > 0
                }
                scale /= 10
                index += 1
                rest.removeFirst()
            }
        }
        guard hasDigits, rest.isEmpty else { return nil }
        let magnitude = whole * 100 + hundredths
        isRounded = third > 0 || hasMore
        isPositive = !isNegative && magnitude >= 1
        amount = (isNegative ? -1 : 1) * (magnitude + (third >= 5 ? 1 : 0))
    }
}

extension UInt8 {
    var decimalDigit: Int64? { self >= 48 && self <= 57 ? Int64(self - 48) : nil }
}
