import JSON
import LMDB

/// The chunks of product columns that a batch changed: each is read once and written once, however many events change it.
struct ColumnChunks {
    private struct Key: Hashable {
        var column: UInt8
        var chunk: UInt32
    }

    private var chunks: [Key: [UInt8]] = [:]

    /// The key of a chunk's row.
    static func appendKey(_ column: ProductColumn, _ chunk: Int, to key: inout ByteWriter) {
        key.append(byte: column.rawValue)
        key.append(bigEndian: UInt32(chunk))
    }

    /// Sets the entry of the product `number`. `stored` reads the chunk's row when it is changed for the first time.
    mutating func set(
        _ column: ProductColumn, _ number: UInt64, to entry: UInt64, stored: (RawSpan) throws(ViewError) -> [UInt8]?
    ) throws(ViewError) {
        let chunk = Int(number) / ProductColumn.chunkEntries
        let index = Int(number) % ProductColumn.chunkEntries
        let key = Key(column: column.rawValue, chunk: UInt32(chunk))
        if chunks[key] == nil {
            var rowKey = ByteWriter(capacity: 16)
            ColumnChunks.appendKey(column, chunk, to: &rowKey)
            chunks[key] = try stored(rowKey.bytes) ?? [UInt8](repeating: 0, count: column.chunkBytes)
        }
        chunks[key]!.withUnsafeMutableBytes { bytes in
            // Safe: the index is below the entries of a chunk, and the array holds a whole chunk.
            switch column.entryBits {
            case 1:
                let bit = UInt8(1) << UInt8(index & 7)
                if entry == 0 { bytes[index >> 3] &= ~bit } else { bytes[index >> 3] |= bit }
            case 32:
                bytes.storeBytes(
                    of: UInt32(truncatingIfNeeded: entry).littleEndian, toByteOffset: 4 * index, as: UInt32.self)
            default:
                bytes.storeBytes(of: entry.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
            }
        }
    }

    /// Gives every changed chunk once, in key order, and forgets them.
    mutating func drain(_ put: (_ key: RawSpan, _ chunk: RawSpan) throws(ViewError) -> Void) throws(ViewError) {
        let keys = chunks.keys.sorted { ($0.column, $0.chunk) < ($1.column, $1.chunk) }
        for key in keys {
            var rowKey = ByteWriter(capacity: 16)
            ColumnChunks.appendKey(ProductColumn(rawValue: key.column)!, Int(key.chunk), to: &rowKey)
            let chunk = chunks[key]!
            try put(rowKey.bytes, chunk.span.bytes)
        }
        chunks.removeAll(keepingCapacity: true)
    }
}
