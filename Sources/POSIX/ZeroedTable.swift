import Glibc

/// A table of fixed length whose elements are all zero at first.
///
/// Its memory comes when it is used, in pages of 2 MiB where the kernel gives them (`MADV_HUGEPAGE`), so that a random access
/// seldom waits for the address of its page. A table that is never used costs address space only.
public struct ZeroedTable<Element: BitwiseCopyable>: ~Copyable {
    public let count: Int
    @usableFromInline let start: UnsafeMutablePointer<Element>
    private var bytes: Int { count * MemoryLayout<Element>.stride }

    /// A table of `count` elements, at least one. Where zero in each byte is no value of `Element`, write it before it is read.
    public init(count: Int) {
        precondition(count > 0)
        self.count = count
        let bytes = count * MemoryLayout<Element>.stride
        guard
            let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            memory != MAP_FAILED
        else { Exhaustion.stop(memory: bytes) }
        // A kernel without such pages says no, and small ones do as well.
        madvise(memory, bytes, MADV_HUGEPAGE)
        start = memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit { munmap(start, bytes) }

    @inlinable
    public subscript(_ index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return start[index]
        }
        nonmutating _modify {
            precondition(index >= 0 && index < count)
            yield &start[index]
        }
    }
}
