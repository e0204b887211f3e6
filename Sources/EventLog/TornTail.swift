import POSIX

/// What lies behind the first place in the last segment where no valid record is.
///
/// A batch is one write whose pages reach the disk in any order, and the next batch is written only after its sync. So a
/// valid record whose batch began behind that place proves that the place itself was synced: what is wrong there is
/// damage. If there is none, the place is where a batch was torn that nobody was told of.
struct TornTail {
    /// The end of what is not zero; the place itself if there is nothing.
    private(set) var end: Int
    /// Offset of the first valid record that was written after the place was synced.
    private(set) var provenBy: Int?

    /// Looks at `file` from `offset` to `size`.
    init(_ file: borrowing FileDescriptor, from offset: Int, size: Int) throws(SystemError) {
        end = offset
        guard offset < size else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size - offset, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(into: buffer, at: offset)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if let last = bytes.lastIndex(where: { $0 != 0 }) { end = offset + last + 1 }
        provenBy = TornTail.laterRecord(in: bytes, offset: offset)
    }

    /// Tries every byte: the length that would lead from record to record is just what may be broken.
    private static func laterRecord(in bytes: UnsafeRawBufferPointer, offset: Int) -> Int? {
        let limit = bytes.count - RecordHeader.size
        var index = 1
        while index < limit {
            let start = bytes.baseAddress! + index
            if start.loadUnaligned(as: UInt64.self) == 0 {
                index += 5  // Nothing at the next four bytes begins with a length other than zero either.
                continue
            }
            let header = RecordHeader(loading: start)
            if header.bodyLength > 0, header.bodyLength <= min(Limits.bodyBytes, limit - index), header.reserved == 0,
                header.batchOffset > offset, header.batchOffset <= offset + index,
                header.checksum == RecordHeader.checksum(at: start, bodyLength: header.bodyLength)
            {
                return offset + index
            }
            index += 1
        }
        return nil
    }
}
