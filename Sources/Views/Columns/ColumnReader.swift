import JSON
import LMDB

/// Finds columns for one query at a time: a chunk is looked up once, however many of its entries are read.
///
/// One for each loop. Safe although it keeps pointers: they point into the map of the snapshot that a query reads, they are
/// forgotten by `begin`, and every method takes the snapshot they were taken from.
public final class ColumnReader {
    private struct Place {
        /// The query that looked it up.
        var query: UInt64 = 0
        var chunk: UnsafeRawPointer
    }

    private var places: UnsafeMutableBufferPointer<Place>
    private var chunksMax = 0
    private var query: UInt64 = 0
    /// What a chunk holds that has no row.
    private let zeros: UnsafeMutableRawPointer

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

    /// Forgets what the last query found. `productCount` is how many products the snapshot has, listed or not.
    public func begin(productCount: Int) { begin(chunks: Column.chunks(of: productCount)) }

    /// The same for a query of orders.
    public func begin(orderCount: Int) { begin(chunks: Column.chunks(of: orderCount)) }

    private func begin(chunks: Int) {
        query += 1
        guard chunks > chunksMax else { return }
        places.deallocate()
        chunksMax = max(chunks, chunksMax * 2)
        places = .allocate(capacity: chunksMax * ColumnReader.slots)
        places.initialize(repeating: Place(chunk: UnsafeRawPointer(zeros)))
    }

    /// A query reads columns of products or of orders, each kind numbered from 1 up.
    private static let slots = 16

    static func chunks(of productCount: Int) -> Int { Column.chunks(of: productCount) }

    /// The entries of a chunk.
    func chunk(_ column: Column, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawPointer
    {
        precondition(index < chunksMax && column.number < ColumnReader.slots, "no such chunk")
        let place = index * ColumnReader.slots + Int(column.number)
        if places[place].query == query { return places[place].chunk }
        var key = ByteWriter(capacity: 16)
        column.appendKey(index, to: &key)
        var found = UnsafeRawPointer(zeros)
        if let row = try snapshot.get(column.table, key.bytes) {
            precondition(row.byteCount == column.chunkBytes, "a chunk of a column has another size")
            found = row.withUnsafeBytes { $0.baseAddress! }
        }
        places[place] = Place(query: query, chunk: found)
        return found
    }

    /// The entry of one thing, in a column with chunks of the usual size.
    func entry(_ column: Column, _ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) -> UInt64 {
        assert(column.chunkEntries == Column.chunkEntriesUsual, "this column has chunks of another size")
        let chunk = try chunk(column, Int(number) / Column.chunkEntriesUsual, snapshot)
        return ColumnReader.entry(column.entryBits, chunk, Int(number) % Column.chunkEntriesUsual)
    }

    func chunk(_ column: ProductColumn, _ index: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawPointer
    {
        try chunk(column.column, index, snapshot)
    }

    func entry(_ column: ProductColumn, _ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UInt64
    {
        try entry(column.column, number, snapshot)
    }

    @inline(__always)
    static func entry(_ column: ProductColumn, _ chunk: UnsafeRawPointer, _ index: Int) -> UInt64 {
        entry(column.entryBits, chunk, index)
    }

    /// An entry of a chunk. `index` is below the entries of a chunk. LMDB gives values on even addresses only.
    @inline(__always)
    static func entry(_ entryBits: Int, _ chunk: UnsafeRawPointer, _ index: Int) -> UInt64 {
        switch entryBits {
        case 1:
            UInt64(chunk.load(fromByteOffset: index >> 3, as: UInt8.self) >> UInt8(index & 7)) & 1
        case 32: UInt64(UInt32(littleEndian: chunk.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        default: UInt64(littleEndian: chunk.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
    }
}
