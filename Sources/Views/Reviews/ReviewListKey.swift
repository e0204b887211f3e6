import JSON

/// The keys of a product's reviews, newest first.
///
/// | bytes | field |
/// |---|---|
/// | 8 | number of the product |
/// | 8 | complement of the review's time, as ordered bits |
/// | 8 | complement of the review's number |
public struct ReviewListKey {
    static func appendPrefix(_ product: UInt64, to key: inout ByteWriter) { key.append(bigEndian: product) }

    /// How many bytes of a key come after the prefix: the place of a review, which cursors hold.
    public static let placeBytes = 16

    static func key(_ product: UInt64, at time: Timestamp, _ number: UInt64) -> ByteWriter {
        var key = ByteWriter(capacity: 24)
        appendPrefix(product, to: &key)
        key.append(bigEndian: ~time.orderedBits)
        key.append(bigEndian: ~number)
        return key
    }
}
