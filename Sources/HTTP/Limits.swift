/// The bounds of a request, from the contract.
public enum Limits {
    /// Longer: 414.
    public static let targetBytes = 16 * 1024
    /// From the request line to the blank line. Longer: 431.
    public static let headBytes = 64 * 1024
    /// More: 431.
    public static let fields = 100
    /// Longer: 413.
    public static let bodyBytes = 1024 * 1024
    /// Chunk extensions of one size line; they are read and dropped.
    public static let chunkLineBytes = 1024
    /// Trailers of a chunked body; they are read and dropped.
    public static let trailerBytes = 8 * 1024
}
