/// Recognises the field name `ETag` in any case, also when a read ends in the middle of it.
struct HeaderNameMatch {
    private var length = 0
    private var matches = true

    var isEntityTag: Bool { matches && length == 4 }

    mutating func begin() { (length, matches) = (0, true) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard matches, length + bytes.count <= 4 else {
            matches = false
            return
        }
        for byte in bytes {
            // "etag", one byte each, read from the low end.
            let expected = UInt8(truncatingIfNeeded: 0x6761_7465 as UInt32 >> UInt32(8 * length))
            if byte | 0x20 != expected { matches = false }
            length += 1
        }
    }
}
