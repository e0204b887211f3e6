import POSIX

/// The first 64 bytes of a segment file. All numbers are little endian.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | `VITRLOG1` |
/// | 8 | 4 | version of the format, 1 |
/// | 12 | 4 | CRC-32C of the bytes 0–11 and 16–63 |
/// | 16 | 16 | identity of the log, a UUID, when the segment was made; the first segment's is the log's |
/// | 32 | 8 | position of the first event, as in the file's name |
/// | 40 | 8 | time of creation, milliseconds since 1970 UTC, signed |
/// | 48 | 16 | creation tag: the log keeps it and does not read it |
struct SegmentHeader {
    static let size = 64
    static let version: UInt32 = 1
    static let tagSize = 16
    private static let magic = [UInt8]("VITRLOG1".utf8)

    var identity: LogIdentity
    var firstPosition: UInt64
    var createdAt: Int64
    var tag: [UInt8]

    enum Fault: Error, Equatable {
        case magic, checksum
        case version(UInt32)
    }

    init(identity: LogIdentity, firstPosition: UInt64, createdAt: Int64, tag: [UInt8]) {
        precondition(tag.count <= SegmentHeader.tagSize, "a creation tag has at most 16 bytes")
        (self.identity, self.firstPosition, self.createdAt) = (identity, firstPosition, createdAt)
        self.tag = tag + [UInt8](repeating: 0, count: SegmentHeader.tagSize - tag.count)
    }

    /// Reads and checks the header in `bytes`, of which there are 64.
    init(_ header: [UInt8]) throws(Fault) {
        guard header.count == SegmentHeader.size, header[..<8].elementsEqual(SegmentHeader.magic) else { throw .magic }
        (identity, firstPosition, createdAt) = (LogIdentity(high: 0, low: 0), 0, 0)
        tag = [UInt8](header[48...])
        let fault: Fault? = header.withUnsafeBytes { bytes in
            let checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            guard checksum == SegmentHeader.checksum(bytes) else { return .checksum }
            let version = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            guard version == SegmentHeader.version else { return .version(version) }
            identity = LogIdentity(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)))
            firstPosition = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
            createdAt = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 40, as: Int64.self))
            return nil
        }
        if let fault { throw fault }
    }

    var bytes: [UInt8] {
        var bytes = SegmentHeader.magic + [UInt8](repeating: 0, count: 40) + tag
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: SegmentHeader.version.littleEndian, toByteOffset: 8, as: UInt32.self)
            bytes.storeBytes(of: identity.high.bigEndian, toByteOffset: 16, as: UInt64.self)
            bytes.storeBytes(of: identity.low.bigEndian, toByteOffset: 24, as: UInt64.self)
            bytes.storeBytes(of: firstPosition.littleEndian, toByteOffset: 32, as: UInt64.self)
            bytes.storeBytes(of: createdAt.littleEndian, toByteOffset: 40, as: Int64.self)
            let checksum = SegmentHeader.checksum(UnsafeRawBufferPointer(bytes))
            bytes.storeBytes(of: checksum.littleEndian, toByteOffset: 12, as: UInt32.self)
        }
        return bytes
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes.baseAddress!, count: 12)
        checksum.update(bytes.baseAddress! + 16, count: size - 16)
        return checksum.value
    }
}

extension SegmentHeader {
    func write(to file: borrowing FileDescriptor) throws(SystemError) {
        try file.write(bytes.span.bytes, at: 0)
    }
}
