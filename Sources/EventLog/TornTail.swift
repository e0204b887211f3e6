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
    /// Whether bytes before what proves it, or before the end of the file if nothing does, were never written: there are zeros
    /// where no record has any. A writer leaves no such gap, but a copier does whom it overtook.
    private(set) var beginsWithGap = true

    /// More zeros than any record has in a row, also with a wrong bit, and less than the sector that a copier reads.
    private static let gapBytes = 64

    /// Looks at `file` from `offset` to `size`.
    init(_ file: borrowing FileDescriptor, from offset: Int, size: Int) throws(SystemError) {
        end = offset
        guard offset < size else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size - offset, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(into: buffer, at: offset)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if let last = bytes.lastIndex(where: { $0 != 0 }) { end = offset + last + 1 }
        provenBy = RecordHeader.next(
            in: bytes, from: 1, where: { $0.batchOffset > offset && $0.batchOffset <= offset + $1 }
        ).map { offset + $0.start }
        beginsWithGap = TornTail.hasGap(bytes, before: (provenBy ?? offset + count) - offset)
    }

    private static func hasGap(_ bytes: UnsafeRawBufferPointer, before end: Int) -> Bool {
        // The length of a record that was not written.
        if bytes.prefix(4).allSatisfy({ $0 == 0 }) { return true }
        var run = 0
        for byte in bytes[..<end] {
            run = byte == 0 ? run + 1 : 0
            if run == gapBytes { return true }
        }
        // Or less than that of it: then the record is whole but for the zeros in its length, which the next record tells.
        guard bytes.count > RecordHeader.size, bytes[0] == 0, let next = RecordHeader.next(in: bytes, from: 1) else {
            return false
        }
        return RecordHeader.isWhole(bytes, but: next.start - RecordHeader.size)
    }
}
