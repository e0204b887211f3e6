import CXXHash
import JSON

/// A text as a key: LMDB's keys end at 511 bytes, category names of 200 characters can have 800.
enum BoundedKey {
    /// Texts up to this many bytes are their own key.
    static let plainBytesMax = 480

    /// The text itself, or its first 480 bytes and a 128-bit hash of the whole.
    static func bytes(_ text: RawSpan) -> [UInt8] {
        text.withUnsafeBytes { bytes in
            guard bytes.count > plainBytesMax else { return [UInt8](bytes) }
            let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
            var key = ByteWriter(capacity: 496)
            key.append(UnsafeRawBufferPointer(rebasing: bytes[..<plainBytesMax]))
            key.append(bigEndian: hash.high64)
            key.append(bigEndian: hash.low64)
            return key.copyBytes()
        }
    }
}
