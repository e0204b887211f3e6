import Glibc

/// What has arrived of a request that is not complete: bytes are added behind and taken off the front.
///
/// Its size is bounded by what its owner reads: a head, a body and one read more.
struct InputBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private(set) var count = 0

    /// An emptied buffer keeps this much; a large body's memory is given back.
    private static let keptCapacity = 4_096

    init() {}

    deinit { base?.deallocate() }

    /// The bytes, in place; valid until the buffer changes.
    var bytes: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + start, count: count)
    }

    mutating func append(_ added: UnsafeRawBufferPointer) {
        guard let source = added.baseAddress, added.count > 0 else { return }
        if start + count + added.count > capacity { makeRoom(count + added.count) }
        (base! + start + count).copyMemory(from: source, byteCount: added.count)
        count += added.count
    }

    /// Takes `length` bytes off the front.
    mutating func consume(_ length: Int) {
        precondition(length <= count)
        start += length
        count -= length
        if count == 0 {
            start = 0
            if capacity > Self.keptCapacity {
                base?.deallocate()
                (base, capacity) = (nil, 0)
            }
        }
    }

    /// Takes out `length` bytes from `offset` on; what follows moves up.
    mutating func remove(at offset: Int, _ length: Int) {
        precondition(offset + length <= count)
        guard length > 0 else { return }
        memmove(base! + start + offset, base! + start + offset + length, count - offset - length)
        count -= length
    }

    private mutating func makeRoom(_ needed: Int) {
        if needed <= capacity {
            memmove(base!, base! + start, count)
        } else {
            let grown = max(needed, capacity * 2, 1_024)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
            if let base {
                memory.copyMemory(from: base + start, byteCount: count)
                base.deallocate()
            }
            (base, capacity) = (memory, grown)
        }
        start = 0
    }
}
