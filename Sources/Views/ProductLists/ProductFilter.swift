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

    /// The columns that `keepMatches` compares.
    var comparedColumns: [ProductColumn] {
        var columns: [ProductColumn] = []
        if inStock { columns.append(.inStock) }
        if category != nil { columns.append(.category) }
        if seller != nil { columns.append(.seller) }
        if ratingTenthsMin != nil { columns.append(.rating) }
        if isByPrice { columns.append(.price) }
        return columns
    }

    /// Clears the bits of a chunk's products that do not match.
    func keepMatches(
        _ chunk: Int, in words: UnsafeMutablePointer<UInt64>, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        func keep(_ column: ProductColumn, _ least: UInt64, _ most: UInt64) throws(LMDBError) {
            vitrine_keep_between(
                try columns.entries(column, chunk, snapshot), least, most, words, ProductColumn.chunkWords)
        }
        if inStock {
            let inStock = try columns.chunk(.inStock, chunk, snapshot)
            for word in 0..<ProductColumn.chunkWords {
                words[word] &= UInt64(littleEndian: inStock.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
            }
        }
        if let category { try keep(.category, category, category) }
        if let seller { try keep(.seller, seller, seller) }
        if let ratingRankMin {
            // A whole number of tenths, which the upper part alone tells.
            let ranks = try columns.entries(.rating, chunk, snapshot)
            let upper = vitrine_entries(parts: (ranks.parts.1, nil, nil, nil))
            vitrine_keep_between(
                upper, UInt64(ratingRankMin >> 16), UInt64(UInt16.max), words, ProductColumn.chunkWords)
        }
        if isByPrice {
            try keep(.price, UInt64(bitPattern: prices.lowerBound), UInt64(bitPattern: prices.upperBound))
        }
    }
}
