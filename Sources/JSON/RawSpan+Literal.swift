extension RawSpan {
    /// Whether these are the bytes of `literal`.
    @inlinable
    public func equals(_ literal: StaticString) -> Bool {
        guard byteCount == literal.utf8CodeUnitCount else { return false }
        // Safe: both sides hold `byteCount` bytes.
        return withUnsafeBytes { bytes in
            for index in 0..<bytes.count where bytes[index] != literal.utf8Start[index] { return false }
            return true
        }
    }
}
