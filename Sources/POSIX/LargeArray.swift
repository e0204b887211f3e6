import Glibc

/// An array of plain values that may be millions.
///
/// A large one lies in pages of 2 MiB where the kernel gives them (`MADV_HUGEPAGE`): a random access then seldom waits
/// for the address of its page, and the first one to a page clears no 512 small ones. Its memory is given back at the end.
public struct LargeArray<Element: BitwiseCopyable>: ~Copyable {
    private var start: UnsafeMutablePointer<Element>
    private var capacity: Int
    public private(set) var count = 0

    private static var hugePageBytes: Int { 2 << 20 }

    /// An empty array with room for `capacity` elements.
    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 1)
        start = LargeArray.allocate(self.capacity)
    }

    public init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        start.update(repeating: element, count: count)
        self.count = count
    }

    deinit { free(start) }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let bytes = capacity * MemoryLayout<Element>.stride
        let isLarge = bytes >= 2 * hugePageBytes
        var memory: UnsafeMutableRawPointer?
        let alignment = isLarge ? hugePageBytes : max(MemoryLayout<Element>.alignment, MemoryLayout<Int>.alignment)
        guard posix_memalign(&memory, alignment, bytes) == 0, let memory else {
            Exhaustion.stop(memory: bytes)
        }
        // A kernel without such pages says no, and small ones do as well.
        if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
        return memory.bindMemory(to: Element.self, capacity: capacity)
    }

    /// Makes room for `additional` more elements.
    public mutating func reserve(_ additional: Int) {
        guard count + additional > capacity else { return }
        let grown = max(capacity * 2, count + additional)
        let moved = LargeArray.allocate(grown)
        moved.update(from: start, count: count)
        free(start)
        (start, capacity) = (moved, grown)
    }

    public mutating func append(_ element: Element) {
        reserve(1)
        start[count] = element
        count += 1
    }

    public mutating func removeAll() { count = 0 }

    public mutating func removeLast(_ removed: Int) {
        precondition(removed >= 0 && removed <= count)
        count -= removed
    }

    public subscript(_ index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return start[index]
        }
        set {
            precondition(index >= 0 && index < count)
            start[index] = newValue
        }
    }

    /// What is there, for as long as `body` runs.
    public mutating func withElements<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableBufferPointer(start: start, count: count))
    }

    /// The elements' addresses are good until the next change.
    public var elements: UnsafePointer<Element> { UnsafePointer(start) }
}

extension LargeArray where Element == UInt8 {
    /// Appends bytes and gives the index of the first.
    public mutating func append(_ bytes: RawSpan) -> Int {
        let index = count
        reserve(bytes.byteCount)
        bytes.withUnsafeBytes { if $0.count > 0 { memcpy(start + index, $0.baseAddress!, $0.count) } }
        count += bytes.byteCount
        return index
    }

    /// Puts bytes in the place of others that are at least as many.
    public mutating func replace(at index: Int, with bytes: RawSpan) {
        precondition(index >= 0 && index + bytes.byteCount <= count)
        bytes.withUnsafeBytes { if $0.count > 0 { memcpy(start + index, $0.baseAddress!, $0.count) } }
    }
}
