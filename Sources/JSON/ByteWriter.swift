/// A growable run of bytes, written front to back: the one output type of every room.
///
/// It owns its memory and cannot be copied, so a growing buffer is never duplicated behind the writer's back.
public struct ByteWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var length: Int

    /// Bytes written so far.
    public var count: Int { @inlinable get { length } }

    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 16)
        base = .allocate(byteCount: self.capacity, alignment: 16)
        length = 0
    }

    deinit { base.deallocate() }

    public var isEmpty: Bool { @inlinable get { count == 0 } }

    /// What has been written, borrowed: valid until the next write.
    public var bytes: RawSpan {
        @inlinable @_lifetime(borrow self) get {
            // Safe: `base` holds `count` written bytes for as long as `self` is borrowed.
            let span = RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    @inlinable
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// The bytes as an array of their own.
    public func copyBytes() -> [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// Forgets what was written and keeps the memory.
    @inlinable
    public mutating func removeAll() { length = 0 }

    /// Takes back everything written after the first `length` bytes.
    @inlinable
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "truncate beyond what was written")
        self.length = length
    }

    /// Gives back memory above `capacity`, for buffers that live long and met one large answer.
    public mutating func shrink(to newCapacity: Int) {
        guard capacity > newCapacity, count <= newCapacity else { return }
        reallocate(newCapacity)
    }

    @inlinable
    public mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never) @usableFromInline
    mutating func grow(_ more: Int) { reallocate(max(capacity * 2, count + more)) }

    private mutating func reallocate(_ newCapacity: Int) {
        let grown = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        grown.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = grown
        capacity = newCapacity
    }

    // MARK: Bytes

    @inlinable
    public mutating func append(byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        length &+= 1
    }

    /// Appends `length` bytes from `start`. The caller vouches for the range.
    @inlinable
    public mutating func append(from start: UnsafeRawPointer, count length: Int) {
        reserve(length)
        (base + count).copyMemory(from: start, byteCount: length)
        self.length &+= length
    }

    /// Inlined always: a literal's length is then known, and its bytes are stored without a call.
    @inlinable @inline(__always)
    public mutating func append(_ literal: StaticString) {
        append(from: UnsafeRawPointer(literal.utf8Start), count: literal.utf8CodeUnitCount)
    }

    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { if let start = $0.baseAddress { append(from: start, count: $0.count) } }
    }

    @inlinable
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { if let start = $0.baseAddress { append(from: start, count: $0.count) } }
    }

    @inlinable
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if let start = bytes.baseAddress { append(from: start, count: bytes.count) }
    }

    /// Appends the UTF-8 of `text`. For start-up, logs and errors; hot paths hold bytes already.
    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Overwrites bytes written earlier, such as a length that is known only at the end.
    @inlinable
    public mutating func overwrite(at offset: Int, with bytes: UnsafeRawBufferPointer) {
        precondition(offset >= 0 && offset + bytes.count <= count, "overwrite beyond what was written")
        if let start = bytes.baseAddress { (base + offset).copyMemory(from: start, byteCount: bytes.count) }
    }

    /// Counts `length` bytes that were stored into reserved room.
    mutating func advance(_ length: Int) { self.length &+= length }

    // MARK: Fixed-width integers

    /// Big endian, so that byte order is number order: for keys.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append($0) }
    }

    /// Little endian: for fields of rows and records.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append($0) }
    }
}
