import CColumns
import JSON
import LMDB

/// Finds chunks of columns for the queries of one thread. A chunk is looked up once for each commit, however many queries read it.
///
/// Safe although it keeps pointers: a commit never changes a page that the one before it can see, so of one commit a chunk
/// stands at one place for every snapshot, and a snapshot of another commit looks up anew. All snapshots must be of one
/// environment.
public final class ColumnReader {
    private struct Place {
        /// The commit that it was looked up in.
        var commit = -1
        /// Of a column that belongs to one thing.
        var owner: UInt32 = 0
        /// Nil where the chunk has no row.
        var chunk: UnsafeRawPointer?
    }

    /// By column, then by chunk.
    private var places: UnsafeMutableBufferPointer<Place>
    private var chunksMax = 0
    /// The commit in which all chunks of a column were looked up, and whose.
    private var wholeColumns = [(commit: Int, owner: UInt32)](repeating: (-1, 0), count: ColumnReader.slots)
    private var commit = -1
    /// What a chunk holds that has no row.
    private let zeros: UnsafeMutableRawPointer

    /// What the present query found.
    let matches = ProductMatches()
    let counters = FacetCounters()

    public init() {
        let bytes = Column.chunkEntriesUsual * 8
        zeros = .allocate(byteCount: bytes, alignment: 64)
        zeros.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        places = .init(start: nil, count: 0)
    }

    deinit {
        places.deallocate()
        zeros.deallocate()
    }

    /// Before the chunks of a snapshot are read.
    func begin(_ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        let commit = snapshot.commitNumber
        guard commit != self.commit else { return }
        self.commit = commit
        var rows = 0
        for table in [ViewTable.products, .orders, .users, .categoryNames] {
            rows = max(rows, try snapshot.rowCount(table))
        }
        let chunks = Column.chunks(of: rows)
        guard chunks > chunksMax else { return }
        places.deallocate()
        chunksMax = max(chunks, chunksMax * 2)
        places = .allocate(capacity: chunksMax * ColumnReader.slots)
        places.initialize(repeating: Place())
        for slot in wholeColumns.indices { wholeColumns[slot].commit = -1 }
    }

    /// Columns of products are numbered below these, those of orders below 16.
    private static let productSlots = 32
    private static let slots = productSlots + 16

    private static func slot(_ column: Column) -> Int {
        let slot = Int(column.number) + (column.table == .orderColumns ? productSlots : 0)
        precondition(
            slot < slots && (column.table == .orderColumns || slot < productSlots),
            "a column of a number that is too high")
        return slot
    }

    // MARK: Chunks

    /// The entries of a chunk, or nil when all of them are 0.
    func found(_ column: Column, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawPointer?
    {
        assert(commit == snapshot.commitNumber, "chunks of a snapshot that was not begun")
        precondition(index < chunksMax, "no such chunk")
        let place = ColumnReader.slot(column) * chunksMax + index
        if places[place].commit == commit, places[place].owner == column.owner ?? 0 {
            snapshot.budget.read(rows: 1)
            return places[place].chunk
        }
        var key = ByteWriter(capacity: 16)
        column.appendKey(index, to: &key)
        let row = try snapshot.get(column.table, key.bytes)
        let chunk = ColumnReader.pointer(row, column)
        places[place] = Place(commit: commit, owner: column.owner ?? 0, chunk: chunk)
        return chunk
    }

    /// Looks up all chunks of a column: it takes a tenth of the time of looking up each.
    func findAll(_ column: Column, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        let slot = ColumnReader.slot(column)
        let owner = column.owner ?? 0
        guard wholeColumns[slot] != (commit, owner) else { return }
        for index in 0..<chunksMax { places[slot * chunksMax + index] = Place(commit: commit, owner: owner) }
        var key = ByteWriter(capacity: 16)
        column.appendKey(0, to: &key)
        var cursor = try snapshot.cursor(column.table)
        var isFound = try cursor.seek(key.bytes)
        while isFound {
            guard let index = ColumnReader.chunkIndex(cursor.key, key.bytes) else { break }
            precondition(index < chunksMax, "a column has a chunk of things that are not there")
            places[slot * chunksMax + index].chunk = ColumnReader.pointer(cursor.value, column)
            snapshot.budget.read(rows: 1)
            isFound = try cursor.next()
        }
        wholeColumns[slot] = (commit, owner)
    }

    /// How many of the first `count` entries end with the last chunk that has a row: all beyond are 0.
    func extent(_ column: Column, of count: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) -> Int {
        try findAll(column, snapshot)
        var chunks = min(Column.chunks(of: count), chunksMax)
        while chunks > 0, try found(column, chunks - 1, snapshot) == nil { chunks -= 1 }
        return min(count, chunks * column.chunkEntries)
    }

    /// Nil for a key of another column than that of `first`, which is of a column's first chunk.
    private static func chunkIndex(_ key: RawSpan, _ first: RawSpan) -> Int? {
        let prefixBytes = first.byteCount - 4
        guard key.byteCount == first.byteCount,
            key.extracting(0..<prefixBytes).hasSameBytes(as: first.extracting(0..<prefixBytes))
        else { return nil }
        return Int(UInt32(bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: prefixBytes, as: UInt32.self)))
    }

    private static func pointer(_ row: RawSpan?, _ column: Column) -> UnsafeRawPointer? {
        guard let row else { return nil }
        precondition(row.byteCount == column.chunkBytes, "a chunk of a column has another size")
        return row.withUnsafeBytes { $0.baseAddress! }
    }

    /// The entries of a chunk.
    func chunk(_ column: Column, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawPointer
    {
        try found(column, index, snapshot) ?? UnsafeRawPointer(zeros)
    }

    /// The entry of one thing, in a column with chunks of the usual size.
    func entry(_ column: Column, _ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) -> UInt64 {
        assert(column.chunkEntries == Column.chunkEntriesUsual, "this column has chunks of another size")
        let (chunk, index) = Int(number).quotientAndRemainder(dividingBy: Column.chunkEntriesUsual)
        guard let entries = try found(column, chunk, snapshot) else { return 0 }
        return ColumnReader.entry(column.entryBits, entries, index)
    }

    /// An entry of a chunk. `index` is below the entries of a chunk. LMDB gives values on even addresses only.
    @inline(__always)
    static func entry(_ entryBits: Int, _ chunk: UnsafeRawPointer, _ index: Int) -> UInt64 {
        switch entryBits {
        case 1:
            UInt64(chunk.load(fromByteOffset: index >> 3, as: UInt8.self) >> UInt8(index & 7)) & 1
        case 8: UInt64(chunk.load(fromByteOffset: index, as: UInt8.self))
        case 16: UInt64(UInt16(littleEndian: chunk.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
        case 32: UInt64(UInt32(littleEndian: chunk.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        default: UInt64(littleEndian: chunk.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
    }
}

// MARK: Products

extension ColumnReader {
    /// The entries of a chunk of a column of one part.
    func chunk(_ column: ProductColumn, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawPointer
    {
        precondition(column.partCount == 1, "a column of several parts")
        return try chunk(column.column(), index, snapshot)
    }

    /// The entries of a chunk of a column of several parts.
    func entries(_ column: ProductColumn, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> vitrine_entries
    {
        precondition(column.partCount > 1, "a column of one part")
        func part(_ part: Int) throws(LMDBError) -> UnsafePointer<UInt16>? {
            guard part < column.partCount else { return nil }
            return try found(column.column(part: part), index, snapshot)?.assumingMemoryBound(to: UInt16.self)
        }
        return vitrine_entries(parts: (try part(0), try part(1), try part(2), try part(3)))
    }

    /// Looks up all chunks of all parts.
    func findAll(_ column: ProductColumn, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        for part in 0..<column.partCount { try findAll(column.column(part: part), snapshot) }
    }

    /// The entry of one product.
    func entry(_ column: ProductColumn, _ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UInt64
    {
        var entry: UInt64 = 0
        for part in 0..<column.partCount {
            entry |= try self.entry(column.column(part: part), number, snapshot) << UInt64(16 * part)
        }
        return entry
    }
}

extension vitrine_entries {
    /// The entry at an index below the entries of a chunk.
    @inline(__always)
    func entry(_ index: Int) -> UInt64 {
        var entry: UInt64 = 0
        if let part = parts.0 { entry = UInt64(part[index]) }
        if let part = parts.1 { entry |= UInt64(part[index]) << 16 }
        if let part = parts.2 { entry |= UInt64(part[index]) << 32 }
        if let part = parts.3 { entry |= UInt64(part[index]) << 48 }
        return entry
    }
}
