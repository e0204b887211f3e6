import CColumns
import LMDB

/// What the products of a list must be.
public struct ProductFilter: Sendable {
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

    /// The lowest rating rank that reaches `ratingTenthsMin`.
    var ratingRankMin: UInt32? { ratingTenthsMin.map { max($0, 1) << ProductRow.ratingRankTenthsShift } }

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
        if let ratingRankMin, try columns.entry(.rating, number, snapshot) < UInt64(ratingRankMin) { return false }
        if isByPrice {
            let price = Int64(bitPattern: try columns.entry(.price, number, snapshot))
            if !prices.contains(price) { return false }
        }
        return true
    }

    /// Sets the bits of a chunk's listed products that match.
    func select(
        _ chunk: Int, into words: UnsafeMutablePointer<UInt64>, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        let listed = try columns.chunk(.listed, chunk, snapshot)
        for word in 0..<ProductColumn.chunkWords {
            words[word] = UInt64(littleEndian: listed.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
        }
        if inStock {
            let inStock = try columns.chunk(.inStock, chunk, snapshot)
            for word in 0..<ProductColumn.chunkWords {
                words[word] &= UInt64(littleEndian: inStock.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
            }
        }
        var filter = vitrine_column_filter()
        if let category {
            filter.category = try columns.chunk(.category, chunk, snapshot).assumingMemoryBound(to: UInt32.self)
            filter.wanted_category = UInt32(truncatingIfNeeded: category)
        }
        if let seller {
            filter.seller = try columns.chunk(.seller, chunk, snapshot).assumingMemoryBound(to: UInt32.self)
            filter.wanted_seller = UInt32(truncatingIfNeeded: seller)
        }
        if let ratingRankMin {
            filter.rating = try columns.chunk(.rating, chunk, snapshot).assumingMemoryBound(to: UInt32.self)
            filter.rating_min = ratingRankMin
        }
        if isByPrice {
            filter.price = try columns.chunk(.price, chunk, snapshot).assumingMemoryBound(to: UInt64.self)
            filter.price_min = UInt64(bitPattern: prices.lowerBound)
            filter.price_max = UInt64(bitPattern: prices.upperBound)
        }
        vitrine_filter_columns(&filter, words, ProductColumn.chunkWords)
    }
}
