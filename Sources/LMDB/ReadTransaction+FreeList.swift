import CLMDB

extension ReadTransaction {
    /// Whether the list of pages that may be used again can be one: each commit's part of it is a number and so many pages in
    /// falling order, all of them in the file and none in it twice. LMDB trusts it when it next writes.
    public func isFreeListSound() throws(LMDBError) -> Bool {
        var cursor = try cursor(Table(handle: 0))
        var isFree = [Bool](repeating: false, count: environment.pageCount)
        var isRow = try cursor.first()
        while isRow {
            guard ReadTransaction.mark(cursor.value, &isFree) else { return false }
            isRow = try cursor.next()
        }
        return true
    }

    private static func mark(_ pages: RawSpan, _ isFree: inout [Bool]) -> Bool {
        let room = pages.byteCount / 8 - 1
        // LMDB reserves room before it knows how many pages there will be.
        guard room >= 0, let count = Int(exactly: pages.unsafeLoadUnaligned(as: UInt64.self)), count <= room else {
            return false
        }
        var last = UInt64(isFree.count)
        for index in 1..<count + 1 {
            let page = pages.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
            guard page >= 2, page < last, !isFree[Int(page)] else { return false }
            isFree[Int(page)] = true
            last = page
        }
        return true
    }
}
