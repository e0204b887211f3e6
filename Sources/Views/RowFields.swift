import Glibc
import JSON

extension RawSpan {
    /// A little-endian field of a row. Rows come from the environment, so a short one is damage: it traps on the bound
    /// rather than read beside the row.
    @inlinable
    func field<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Integer.Type) -> Integer {
        Integer(littleEndian: unsafeLoadUnaligned(fromCheckedByteOffset: offset, as: type))
    }

    @inlinable
    func unsafeLoadUnaligned<Value: BitwiseCopyable>(fromCheckedByteOffset offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset <= byteCount - MemoryLayout<Value>.size, "row too short")
        return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type)
    }

    /// A big-endian number inside a key.
    @inlinable
    func bigEndian(_ offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromCheckedByteOffset: offset, as: UInt64.self))
    }

    func hasSameBytes(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return byteCount == 0
            || withUnsafeBytes { left in
                other.withUnsafeBytes { right in memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0 }
            }
    }

    /// Byte order, as LMDB compares keys: of two that are the same as far as they go the shorter comes first.
    func isBefore(_ other: RawSpan) -> Bool {
        let order = withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                let shared = min(left.count, right.count)
                return shared == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, shared)
            }
        }
        return order == 0 ? byteCount < other.byteCount : order < 0
    }

    func copy() -> [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

/// The key of a number in a table that is keyed by numbers.
func withNumberKey<Result, Failure: Error>(
    _ number: UInt64, _ body: (RawSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    var number = number
    return try withUnsafeBytes(of: &number) { bytes throws(Failure) in
        try body(RawSpan(_unsafeBytes: bytes))
    }
}

/// Eight big-endian bytes: how numbers stand in values and inside longer keys, where byte order is number order.
func withBigEndian<Result, Failure: Error>(
    _ number: UInt64, _ body: (RawSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    var bigEndian = number.bigEndian
    return try withUnsafeBytes(of: &bigEndian) { bytes throws(Failure) in
        try body(RawSpan(_unsafeBytes: bytes))
    }
}

extension Int64 {
    /// A sum that stops at the largest number instead of trapping: what an event adds must never stop the projector.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
