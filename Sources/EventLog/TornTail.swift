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

    /// More zeros than any record has in a row: its headers are numbers with eleven at most.
    private static let gapBytes = 16

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
        let before = UnsafeRawBufferPointer(rebasing: bytes[..<((provenBy ?? offset + count) - offset)])
        beginsWithGap = TornTail.hasGap(before)
    }

    private static func hasGap(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // The length of a record that was not written, or not wholly.
        guard let first = bytes.first, first != 0 else { return true }
        var run = 0
        for byte in bytes {
            run = byte == 0 ? run + 1 : 0
            if run == gapBytes { return true }
        }
        // JSON has no zero, and no frame is empty. What does not begin as JSON is no frame: then the record's length is wrong.
        guard bytes.count > RecordHeader.size else { return false }
        let end = min(bytes.count, RecordHeader.size + RecordHeader(loading: bytes.baseAddress!).bodyLength)
        var start = RecordHeader.size
        while start + EventFrames.headerSize < end {
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
            let json = bytes[start + EventFrames.headerSize..<min(start + EventFrames.headerSize + length, end)]
            if json.first ?? 0 == 0 { return true }
            guard json.first == UInt8(ascii: "{") else { return false }
            if json.contains(0) { return true }
            start += EventFrames.headerSize + length
        }
        return false
    }
}
