/// The contract's bounds of numbers.
public enum Bounds {
    public static let price: ClosedRange<Int64> = 1...99_999_999_999
    public static let quantity: ClosedRange<Int64> = 1...1_000_000
    public static let stock: ClosedRange<Int64> = 0...1_000_000_000_000
    public static let delta: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000
    public static let rating: ClosedRange<Int64> = 1...5
    public static let lineCount = 1...1_000
    public static let orderTotal: ClosedRange<Int64> = 0...10_000_000_000_000
}
