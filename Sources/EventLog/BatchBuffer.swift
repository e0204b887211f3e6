/// The bytes of a batch, gathered for one write.
struct BatchBuffer: ~Copyable {
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 4_096)
    private(set) var count = 0

    deinit { buffer.deallocate() }

    /// What was appended, valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

    mutating func append(_ header: RecordHeader, _ body: RawSpan) {
        let size = RecordHeader.size + body.byteCount
        if buffer.count - count < size { grow(to: max(buffer.count * 2, count + size)) }
        let start = buffer.baseAddress! + count
        body.withUnsafeBytes { (start + RecordHeader.size).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        header.store(at: start)
        count += size
    }

    mutating func removeAll() { count = 0 }

    private mutating func grow(to capacity: Int) {
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 4_096)
        grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        buffer.deallocate()
        buffer = grown
    }
}
