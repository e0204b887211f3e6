import JSON

/// One fixed-width entry for each thing of a kind, by the thing's number: what filters and sorts compare.
///
/// A column is cut into chunks of 4,032 entries, each one row. The key is the column's number (1 byte), for a column that
/// belongs to one thing, such as a user, that thing's number (4 bytes), and the chunk's number (4); the value is the entries, little endian. An
/// entry that was never set is 0, and so is all of a chunk that has no row.
///
/// 4,032 is 63 × 64, so that a chunk's bits are whole words, and with LMDB's header of 16 bytes a chunk of four-byte entries
/// fills four pages, and one of two-byte entries two.
struct Column {
    static let chunkEntriesUsual = 4_032
    static let chunkWords = chunkEntriesUsual / 64

    let table: ViewTable
    let number: UInt8
    /// The number of the thing that it belongs to.
    var owner: UInt32?
    /// 1, 8, 16, 32 or 64.
    let entryBits: Int
    var chunkEntries = Column.chunkEntriesUsual

    var chunkBytes: Int { chunkEntries * entryBits / 8 }

    func appendKey(_ chunk: Int, to key: inout ByteWriter) {
        key.append(byte: number)
        if let owner { key.append(bigEndian: owner) }
        key.append(bigEndian: UInt32(chunk))
    }

    /// How many chunks hold so many entries.
    static func chunks(of count: Int) -> Int { (count + chunkEntriesUsual - 1) / chunkEntriesUsual }
}
