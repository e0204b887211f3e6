import CXXHash

/// How many rows there are and what they add up to: equal tallies mean equal rows.
///
/// The digest is the sum, modulo 2^128, of a 128-bit hash of (table, key, value) over all rows, so it does not depend on
/// the order in which rows came, and a change is one subtraction and one addition.
public struct Tally: Equatable, Sendable {
    public var rows: UInt64 = 0
    public var digest: UInt128 = 0

    public init() {}

    /// `table` is a number that the row's table keeps for ever.
    public mutating func add(table: UInt8, _ key: RawSpan, _ value: RawSpan) {
        rows &+= 1
        digest &+= Tally.hash(table, key, value)
    }

    public mutating func remove(table: UInt8, _ key: RawSpan, _ value: RawSpan) {
        rows &-= 1
        digest &-= Tally.hash(table, key, value)
    }

    private static func hash(_ table: UInt8, _ key: RawSpan, _ value: RawSpan) -> UInt128 {
        let seed = key.withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, UInt64(table)) }
        let hash = value.withUnsafeBytes { vitrine_xxh3_128_seeded($0.baseAddress, $0.count, seed) }
        return UInt128(hash.high64) << 64 | UInt128(hash.low64)
    }
}
