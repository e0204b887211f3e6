import CISAL

/// CRC-32C (Castagnoli, RFC 3720 B.4): catches what tears and flips bits in a record, at memory speed.
struct CRC32C {
    private var register: UInt32 = ~0

    var value: UInt32 { ~register }

    /// Takes in `count` bytes. ISA-L returns the bare register: both inversions of the standard are ours.
    mutating func update(_ start: UnsafeRawPointer, count: Int) {
        precondition(count <= Int(Int32.max), "ISA-L counts in 32 bits")
        // Safe: ISA-L only reads, its signature lacks the const.
        let bytes = UnsafeMutableRawPointer(mutating: start).assumingMemoryBound(to: UInt8.self)
        register = crc32_iscsi(bytes, Int32(count), register)
    }
}
