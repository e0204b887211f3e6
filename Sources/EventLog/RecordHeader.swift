/// The 40 bytes before the body of a record. All numbers are little endian; records are not padded.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | length of the body; 0 is the end of the segment's records |
/// | 4 | 4 | CRC-32C of the bytes 0–3 and 8 to the end of the body |
/// | 8 | 8 | position of the record's first event; of the next event if it has none |
/// | 16 | 8 | offset in the segment at which the record's batch begins |
/// | 24 | 8 | time of recording, milliseconds since 1970 UTC, signed |
/// | 32 | 4 | number of events |
/// | 36 | 4 | 0 |
struct RecordHeader {
    static let size = 40

    var bodyLength: Int
    var checksum: UInt32 = 0
    var position: UInt64
    var batchOffset: Int
    var recordedAt: Int64
    var eventCount: Int
    var reserved: UInt32 = 0

    /// The position that the next record has.
    var nextPosition: UInt64 { position &+ UInt64(eventCount) }

    init(bodyLength: Int, position: UInt64, batchOffset: Int, recordedAt: Int64, eventCount: Int) {
        (self.bodyLength, self.position, self.batchOffset) = (bodyLength, position, batchOffset)
        (self.recordedAt, self.eventCount) = (recordedAt, eventCount)
    }

    /// Reads the 40 bytes at `start`.
    init(loading start: UnsafeRawPointer) {
        bodyLength = Int(UInt32(littleEndian: start.loadUnaligned(as: UInt32.self)))
        checksum = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        position = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        // An offset beyond 2^63 is no offset: it becomes one that no check accepts.
        batchOffset = Int(
            clamping: UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        recordedAt = Int64(littleEndian: start.loadUnaligned(fromByteOffset: 24, as: Int64.self))
        eventCount = Int(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: 32, as: UInt32.self)))
        reserved = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: 36, as: UInt32.self))
    }

    /// Writes the 40 bytes at `start`, where the body already follows, with their checksum.
    func store(at start: UnsafeMutableRawPointer) {
        start.storeBytes(of: UInt32(bodyLength).littleEndian, as: UInt32.self)
        start.storeBytes(of: position.littleEndian, toByteOffset: 8, as: UInt64.self)
        start.storeBytes(of: UInt64(batchOffset).littleEndian, toByteOffset: 16, as: UInt64.self)
        start.storeBytes(of: recordedAt.littleEndian, toByteOffset: 24, as: Int64.self)
        start.storeBytes(of: UInt32(eventCount).littleEndian, toByteOffset: 32, as: UInt32.self)
        start.storeBytes(of: 0, toByteOffset: 36, as: UInt32.self)
        let checksum = RecordHeader.checksum(at: start, bodyLength: bodyLength)
        start.storeBytes(of: checksum.littleEndian, toByteOffset: 4, as: UInt32.self)
    }

    /// The checksum that the record at `start` should have.
    static func checksum(at start: UnsafeRawPointer, bodyLength: Int) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(start, count: 4)
        checksum.update(start + 8, count: size - 8 + bodyLength)
        return checksum.value
    }
}

extension RecordHeader {
    /// Whether `bytes` begin with a whole record of `bodyLength` bytes, were it not for zeros in the low bytes of its length.
    static func isWhole(_ bytes: UnsafeRawBufferPointer, but bodyLength: Int) -> Bool {
        guard bodyLength > 0, bodyLength <= Limits.bodyBytes, bytes.count >= size + bodyLength else { return false }
        let record = UnsafeMutableRawBufferPointer.allocate(byteCount: size + bodyLength, alignment: 16)
        defer { record.deallocate() }
        record.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<record.count]))
        let there = RecordHeader(loading: bytes.baseAddress!)
        for missing in 1...3 where there.bodyLength == (bodyLength >> (8 * missing)) << (8 * missing) {
            record.storeBytes(of: UInt32(bodyLength).littleEndian, as: UInt32.self)
            return there.checksum == checksum(at: record.baseAddress!, bodyLength: bodyLength)
        }
        return false
    }

    /// The first whole record in `bytes` at `index` or behind it, whatever stands before it: the length that would lead from
    /// record to record is just what may be broken, so every byte is tried.
    static func next(
        in bytes: UnsafeRawBufferPointer, from index: Int,
        where isWanted: (RecordHeader, Int) -> Bool = { _, _ in true }
    ) -> (start: Int, header: RecordHeader)? {
        let limit = bytes.count - size
        var index = index
        while index < limit {
            let start = bytes.baseAddress! + index
            if start.loadUnaligned(as: UInt64.self) == 0 {
                index += 5  // Nothing at the next four bytes begins with a length other than zero either.
                continue
            }
            let header = RecordHeader(loading: start)
            if header.bodyLength > 0, header.bodyLength <= min(Limits.bodyBytes, limit - index), header.reserved == 0,
                isWanted(header, index),
                header.checksum == RecordHeader.checksum(at: start, bodyLength: header.bodyLength)
            {
                return (index, header)
            }
            index += 1
        }
        return nil
    }
}

/// Why the bytes at an offset are not the record that should be there.
enum RecordFault: Equatable {
    case missing
    case length(Int)
    case checksum
    case position(UInt64)
    case batch(Int)

    var reason: String {
        switch self {
        case .missing: "there is no record, but the log goes on behind it"
        case .length(let length): "its length, \(length) bytes, reaches beyond the segment or the limit"
        case .checksum: "its checksum does not match its bytes"
        case .position(let found): "the record there is of position \(found)"
        case .batch(let found): "the record there names a batch at offset \(found), where none began"
        }
    }

    /// Whether a write that was cut short can leave this: a whole record in a wrong place is no such thing.
    var canBeTorn: Bool {
        switch self {
        case .missing, .length, .checksum: true
        case .position, .batch: false
        }
    }
}
