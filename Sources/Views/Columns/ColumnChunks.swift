import JSON
import LMDB

/// The chunks of columns that a batch changed: each is read once and written once, however many events change it.
struct ColumnChunks {
    private struct Key: Hashable, Comparable {
        /// Table, number and owner of the column.
        var column: UInt64
        var chunk: UInt32

        init(_ column: Column, _ chunk: Int) {
            self.column =
                UInt64(column.table.rawValue) << 40 | UInt64(column.number) << 32 | UInt64(column.owner ?? 0)
            self.chunk = UInt32(chunk)
        }

        static func < (left: Key, right: Key) -> Bool { (left.column, left.chunk) < (right.column, right.chunk) }
    }

    private struct Chunk {
        var column: Column
        var entries: [UInt8]
    }

    private var chunks: [Key: Chunk] = [:]
    /// Of all entries that are held.
    private(set) var byteCount = 0

    /// Changes the entry `number`. `stored` reads the chunk's row when it is changed for the first time. A chunk that has no
    /// row gets none for an entry that stays 0.
    mutating func update(
        _ column: Column, _ number: UInt64,
        stored: (ViewTable, _ key: RawSpan) throws(ViewError) -> [UInt8]?, _ change: (UInt64) -> UInt64
    ) throws(ViewError) {
        let chunk = Int(number) / column.chunkEntries
        let index = Int(number) % column.chunkEntries
        let key = Key(column, chunk)
        if chunks[key] == nil {
            var rowKey = ByteWriter(capacity: 16)
            column.appendKey(chunk, to: &rowKey)
            let row = try stored(column.table, rowKey.bytes)
            if row == nil, change(0) == 0 { return }
            chunks[key] = Chunk(column: column, entries: row ?? [UInt8](repeating: 0, count: column.chunkBytes))
            byteCount += column.chunkBytes
        }
        chunks[key]!.entries.withUnsafeMutableBytes { bytes in
            // Safe: the index is below the entries of a chunk, and the array holds a whole chunk.
            let entry = change(ColumnReader.entry(column.entryBits, UnsafeRawPointer(bytes.baseAddress!), index))
            switch column.entryBits {
            case 1:
                let bit = UInt8(1) << UInt8(index & 7)
                if entry == 0 { bytes[index >> 3] &= ~bit } else { bytes[index >> 3] |= bit }
            case 8:
                bytes[index] = UInt8(truncatingIfNeeded: entry)
            case 16:
                bytes.storeBytes(
                    of: UInt16(truncatingIfNeeded: entry).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
            case 32:
                bytes.storeBytes(
                    of: UInt32(truncatingIfNeeded: entry).littleEndian, toByteOffset: 4 * index, as: UInt32.self)
            default:
                bytes.storeBytes(of: entry.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
            }
        }
    }

    /// Gives every changed chunk once, in key order, and forgets them.
    mutating func drain(_ put: (ViewTable, _ key: RawSpan, _ chunk: RawSpan) throws(ViewError) -> Void)
        throws(ViewError)
    {
        for key in chunks.keys.sorted() {
            let chunk = chunks[key]!
            var rowKey = ByteWriter(capacity: 16)
            chunk.column.appendKey(Int(key.chunk), to: &rowKey)
            try put(chunk.column.table, rowKey.bytes, chunk.entries.span.bytes)
        }
        chunks.removeAll(keepingCapacity: true)
        byteCount = 0
    }
}
