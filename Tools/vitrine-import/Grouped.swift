extension FixedWidthInteger {
    /// Decimal digits in groups of three: 1,234,567.
    var grouped: String {
        var digits = String(magnitude)
        var end = digits.endIndex
        while let comma = digits.index(end, offsetBy: -3, limitedBy: digits.startIndex), comma > digits.startIndex {
            digits.insert(",", at: comma)
            end = comma
        }
        return self < 0 ? "-" + digits : digits
    }
}
