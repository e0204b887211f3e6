import CLMDB
import CPages

extension ReadTransaction {
    /// Looks the rows of many keys up, all at once, and calls `body` for each in their order: with nil where there is no row.
    ///
    /// Look-ups that wait for memory wait together, which makes twenty in a table of millions some four times as fast
    /// as one after the other. The keys are of `keyBytes` each, one behind the other; a number's are its bytes as they are.
    /// `name` is the table's. `body` may look up single rows, but not many at once.
    public func forEachRow(
        of keys: RawSpan, keyBytes: Int, in table: Table, named name: String,
        _ body: (RawSpan?) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        precondition(keyBytes > 0 && keys.byteCount % keyBytes == 0)
        let tree = try tree(name)
        let partBytes = keyBytes * Int(vitrine_keys_max)
        // Safe: `keys` is borrowed during the call. Rows lie in the map and stay until the snapshot is given back, which
        // `mutating` forbids meanwhile; `body` gets each as a span that it cannot keep.
        try keys.withUnsafeBytes { bytes throws(LMDBError) in
            for start in stride(from: 0, to: bytes.count, by: partBytes) {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + partBytes, bytes.count)])
                let isFound = tree.map { lookups.find(part, keyBytes: keyBytes, $0) } ?? false
                for index in 0..<part.count / keyBytes {
                    let key = UnsafeRawBufferPointer(rebasing: part[index * keyBytes..<(index + 1) * keyBytes])
                    let row = isFound ? lookups.row(index) : try environment.lookUp(handle, table, bytes: key)
                    if let row { try body(RawSpan(_unsafeBytes: row)) } else { try body(nil) }
                }
            }
        }
    }

    /// The table's tree in this snapshot; nil when its pages are not such as can be read here.
    func tree(_ name: String) throws(LMDBError) -> vitrine_tree? {
        var name = name
        let record = name.withUTF8 { bytes in
            Result { () throws(LMDBError) in
                try environment.lookUp(handle, mainTable, bytes: UnsafeRawBufferPointer(bytes))
            }
        }
        guard let record = try record.get() else { return nil }
        var tree = vitrine_tree(
            map: UnsafePointer(bitPattern: 1)!, page_bytes: 0, root: 0, depth: 0, is_keyed_by_number: 0)
        let bytes = vitrine_bytes(bytes: record.baseAddress, count: record.count)
        return vitrine_tree_open(bytes, environment.pageBytes, &tree) == 0 ? nil : tree
    }
}

/// Where keys and rows of one call of `vitrine_look_up` stand. Used by one thread at a time, as its transaction is.
final class Lookups {
    private let keys = UnsafeMutablePointer<vitrine_bytes>.allocate(capacity: Int(vitrine_keys_max))
    private let rows = UnsafeMutablePointer<vitrine_bytes>.allocate(capacity: Int(vitrine_keys_max))

    deinit {
        keys.deallocate()
        rows.deallocate()
    }

    /// False when nothing is known of any row.
    func find(_ bytes: UnsafeRawBufferPointer, keyBytes: Int, _ tree: vitrine_tree) -> Bool {
        let count = bytes.count / keyBytes
        for index in 0..<count {
            keys[index] = vitrine_bytes(bytes: bytes.baseAddress! + index * keyBytes, count: keyBytes)
        }
        var tree = tree
        return vitrine_look_up(&tree, keys, count, rows) != 0
    }

    /// What was found for a key, or nil.
    func row(_ index: Int) -> UnsafeRawBufferPointer? {
        guard let start = rows[index].bytes else { return nil }
        return UnsafeRawBufferPointer(start: start, count: rows[index].count)
    }
}
