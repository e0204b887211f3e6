/// Bytes that wait for the socket. Grows by doubling and gives its memory back when it is emptied.
struct OutputBuffer: ~Copyable {
    private(set) var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    init() {}

    deinit { base?.deallocate() }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if count + bytes.count > capacity {
            let grown = max(capacity * 2, count + bytes.count, 4_096)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
            if let base {
                memory.copyMemory(from: base, byteCount: count)
                base.deallocate()
            }
            (base, capacity) = (memory, grown)
        }
        (base! + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func release() {
        base?.deallocate()
        (base, capacity, count) = (nil, 0, 0)
    }
}
