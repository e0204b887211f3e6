import Marketplace

/// What filters, sorts and facets of products compare, as columns. Raw values are the columns' numbers in `product-columns`.
enum ProductColumn: UInt8, CaseIterable {
    /// One bit: shown in lists.
    case listed = 1
    /// One bit: units are available.
    case inStock = 2
    /// 4 bytes: the category's number.
    case category = 3
    /// 4 bytes: the seller's number.
    case seller = 4
    /// 4 bytes: `ProductRow.ratingRank`.
    case rating = 5
    /// 8 bytes: minor units.
    case price = 6
    /// 8 bytes: units sold.
    case sold = 7
    /// 8 bytes: added at, milliseconds, as ordered bits.
    case addedAt = 8
    /// 8 bytes: the first bytes of the title's sort key, as a number.
    case title = 9

    static let chunkEntries = Column.chunkEntriesUsual
    static let chunkWords = Column.chunkWords

    var column: Column { Column(table: .productColumns, number: rawValue, entryBits: entryBits) }

    var entryBits: Int {
        switch self {
        case .listed, .inStock: 1
        case .category, .seller, .rating: 32
        case .price, .sold, .addedAt, .title: 64
        }
    }

    /// The entry of a product.
    func entry(_ row: ProductRow) -> UInt64 {
        switch self {
        case .listed: row.isDiscontinued ? 0 : 1
        case .inStock: row.available > 0 ? 1 : 0
        case .category: row.categoryNumber
        case .seller: row.sellerNumber
        case .rating: UInt64(row.ratingRank)
        case .price: UInt64(bitPattern: row.price)
        case .sold: UInt64(bitPattern: max(row.sold, 0))
        case .addedAt: row.addedAt.orderedBits
        case .title: row.titleRank
        }
    }
}

extension ProductRow {
    /// Whole stars of a rating rank are compared in its upper six bits, which hold tenths of a star.
    static let ratingRankTenthsShift: UInt32 = 26

    /// The order of ratings as one number: the average as shown, then how many ratings there are, as far as 26 bits count;
    /// 0 without any.
    var ratingRank: UInt32 {
        guard let ratingTenths else { return 0 }
        let countMax: Int64 = 1 << ProductRow.ratingRankTenthsShift - 1
        return UInt32(clamping: ratingTenths) << ProductRow.ratingRankTenthsShift | UInt32(min(ratingCount, countMax))
    }

    /// The first eight bytes of the title's sort key.
    var titleRank: UInt64 { TitleOrder.rank(TitleOrder.key(ofJSON: titleJSON)) }
}
