import POSIX

/// A segment file seen through one buffer that is filled by `pread`: no mapping, so a lost disk is an error and no signal.
struct SegmentWindow: ~Copyable {
    let segment: Segment
    private let file: FileDescriptor
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var count = 0

    init(_ segment: Segment) throws(SystemError) {
        file = try FileDescriptor(opening: segment.path, .read)
        self.segment = segment
        buffer = .allocate(byteCount: Limits.windowBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    func size() throws(SystemError) -> Int { try file.size() }

    func readHeader() throws(EventLogError) -> SegmentHeader { try segment.readHeader(file) }

    /// Has the kernel write what it holds of the file to the disk; a descriptor for reading will do.
    func synchronizeData() throws(SystemError) { try file.synchronizeData() }

    /// Forgets what was read: the file may have changed there since.
    mutating func forget() { count = 0 }

    /// `length` bytes at `offset`, valid until the next call; nil if they do not end before `limit` or the file's end.
    mutating func bytes(at offset: Int, count length: Int, limit: Int) throws(SystemError) -> UnsafeRawPointer? {
        guard length <= limit - offset else { return nil }
        if offset < start || offset + length > start + count {
            if length > buffer.count {
                buffer.deallocate()
                buffer = .allocate(byteCount: length, alignment: 16)
            }
            let wanted = min(buffer.count, limit - offset)
            (start, count) = (offset, 0)
            count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
            guard length <= count else { return nil }
        }
        return UnsafeRawPointer(buffer.baseAddress! + (offset - start))
    }

    /// The record at `offset`, whose header is `result` and whose body starts `RecordHeader.size` bytes behind the pointer.
    enum Look {
        case record(RecordHeader, UnsafeRawPointer)
        case fault(RecordFault)
    }

    /// Reads the record at `offset` below `limit` and checks everything that must hold there.
    /// `batchOffset` is that of the record before it in this segment; nil if that is not known.
    mutating func record(
        at offset: Int, limit: Int, position: UInt64, batchOffset: Int?
    ) throws(SystemError) -> Look {
        guard let start = try bytes(at: offset, count: RecordHeader.size, limit: limit) else { return .fault(.missing) }
        let header = RecordHeader(loading: start)
        guard header.bodyLength > 0 else { return .fault(.missing) }
        guard header.bodyLength <= Limits.bodyBytes,
            let whole = try bytes(at: offset, count: RecordHeader.size + header.bodyLength, limit: limit)
        else { return .fault(.length(header.bodyLength)) }
        guard header.checksum == RecordHeader.checksum(at: whole, bodyLength: header.bodyLength), header.reserved == 0
        else { return .fault(.checksum) }
        guard header.position == position else { return .fault(.position(header.position)) }
        guard header.batchOffset == offset || header.batchOffset == batchOffset ?? header.batchOffset else {
            return .fault(.batch(header.batchOffset))
        }
        return .record(header, whole)
    }
}
