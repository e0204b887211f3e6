/// Sizes as people write them: `4096`, `64KiB`, `256MiB`, `2GiB`.
public enum ByteSize {
    /// Nil for what is no such size, and for what would not fit an `Int`.
    public static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), !digits.isEmpty else { return nil }
        let unit: Int
        switch text.dropFirst(digits.count) {
        case "", "B": unit = 1
        case "KiB": unit = 1 << 10
        case "MiB": unit = 1 << 20
        case "GiB": unit = 1 << 30
        default: return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : bytes
    }
}
