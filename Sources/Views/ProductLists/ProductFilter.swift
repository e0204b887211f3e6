import CColumns
import LMDB

/// What the products of a list must be.
public struct ProductFilter: Sendable, Equatable {
    /// The number of a category, of a seller.
    public var category: UInt64?
    public var seller: UInt64?
    /// Minor units.
    public var prices = ViewSnapshot.allPrices
    /// Tenths of a star that the average, as shown, must reach; products without a rating never do.
    public var ratingTenthsMin: UInt32?
    public var inStock = false

    public init() {}

    var isByPrice: Bool { prices != ViewSnapshot.allPrices }

    /// What a product's entry among the tenths of ratings must reach: it is 0 without a rating.
    private var ratingEntryMin: UInt8? { ratingTenthsMin.map { UInt8(clamping: max($0, 1)) } }

    /// Whether it asks for nothing.
    public var isOpen: Bool {
        category == nil && seller == nil && !isByPrice && ratingTenthsMin == nil && !inStock
    }

    /// Whether a listed product matches.
    func matches(_ number: UInt64, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> Bool
    {
        if let category, try columns.entry(.category, number, snapshot) != category { return false }
        if let seller, try columns.entry(.seller, number, snapshot) != seller { return false }
        if inStock, try columns.entry(.inStock, number, snapshot) == 0 { return false }
        if let ratingEntryMin, try columns.entry(.ratingTenths, number, snapshot) < ratingEntryMin { return false }
        if isByPrice {
            let price = Int64(bitPattern: try columns.entry(.price, number, snapshot))
            if !prices.contains(price) { return false }
        }
        return true
    }

    /// What of every chunk of products tells which match.
    func columns(_ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) -> FilterColumns {
        var read = FilterColumns()
        if inStock { read.bits.append(ProductColumn.inStock.column()) }
        if let category {
            let set = ProductSet(kind: .category, number: category)
            if try set.isKept(columns, snapshot) {
                read.bits.append(set.column)
            } else {
                read.compared.append(.category)
            }
        }
        if let seller {
            let set = ProductSet(kind: .seller, number: seller)
            if try set.isKept(columns, snapshot) { read.bits.append(set.column) } else { read.compared.append(.seller) }
        }
        if ratingTenthsMin != nil { read.compared.append(.ratingTenths) }
        if isByPrice { read.compared.append(.price) }
        return read
    }

    /// Clears the bits of a chunk's products that do not match.
    func keepMatches(
        _ chunk: Int, in words: UnsafeMutablePointer<UInt64>, _ read: FilterColumns, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        func keep(_ column: ProductColumn, _ least: UInt64, _ most: UInt64) throws(LMDBError) {
            vitrine_keep_between(
                try columns.entries(column, chunk, snapshot), least, most, words, ProductColumn.chunkWords)
        }
        for column in read.bits {
            vitrine_keep_common(try columns.chunk(column, chunk, snapshot), words, ProductColumn.chunkWords)
        }
        if let category, read.compared.contains(.category) { try keep(.category, category, category) }
        if let seller, read.compared.contains(.seller) { try keep(.seller, seller, seller) }
        if let ratingEntryMin {
            let tenths = try columns.chunk(.ratingTenths, chunk, snapshot)
            vitrine_keep_from(
                tenths.assumingMemoryBound(to: UInt8.self), ratingEntryMin, words, ProductColumn.chunkWords)
        }
        if isByPrice {
            try keep(.price, UInt64(bitPattern: prices.lowerBound), UInt64(bitPattern: prices.upperBound))
        }
    }
}

/// What a filter reads of every chunk of products.
struct FilterColumns {
    /// Bits that must be set.
    var bits: [Column] = []
    /// Entries that are compared.
    var compared: [ProductColumn] = []

    func findAll(_ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        for column in bits { try columns.findAll(column, snapshot) }
        for column in compared { try columns.findAll(column, snapshot) }
    }

    /// Of a chunk.
    var cost_ns: Int {
        ReadCost.productChunk_ns + bits.count * ReadCost.setChunk_ns + compared.count * ReadCost.comparedChunk_ns
    }
}
