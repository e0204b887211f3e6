import Marketplace

/// What filters, sorts and facets of products compare, as columns. Raw values are the columns' numbers in `product-columns`.
///
/// A number that may be large and mostly is small is kept in parts of 16 bits, each a column, numbered on from the lowest. The
/// higher parts of most chunks are 0 and have no row: so a comparison mostly reads two bytes a product.
enum ProductColumn: UInt8, CaseIterable {
    /// One bit: shown in lists.
    case listed = 1
    /// One bit: units are available.
    case inStock = 2
    /// 2 parts: the category's number.
    case category = 3
    /// 2 parts: the seller's number.
    case seller = 5
    /// 2 parts: `ProductRow.ratingRank`, for the order.
    case rating = 7
    /// 3 parts: minor units.
    case price = 9
    /// 4 parts: units sold.
    case sold = 12
    /// 8 bytes: added at, milliseconds, as ordered bits.
    case addedAt = 16
    /// 8 bytes: the first bytes of the title's sort key, as a number.
    case title = 17
    /// 8 bytes: the next bytes of the title's sort key.
    case titleNext = 18
    /// 1 byte: `ProductRow.ratingTenths`, 0 without a rating, for filters and facets.
    case ratingTenths = 19

    static let chunkEntries = Column.chunkEntriesUsual
    static let chunkWords = Column.chunkWords

    /// How many columns it takes.
    var partCount: Int {
        switch self {
        case .listed, .inStock, .addedAt, .title, .titleNext, .ratingTenths: 1
        case .category, .seller, .rating: 2
        // A price has 37 bits. (CONTRACT: amounts.)
        case .price: 3
        case .sold: 4
        }
    }

    private var entryBits: Int {
        switch self {
        case .listed, .inStock: 1
        case .ratingTenths: 8
        case .category, .seller, .rating, .price, .sold: 16
        case .addedAt, .title, .titleNext: 64
        }
    }

    /// The column of a part, the lowest by default.
    func column(part: Int = 0) -> Column {
        Column(table: .productColumns, number: rawValue + UInt8(part), entryBits: entryBits)
    }

    /// What stands in a part's column for an entry.
    func part(_ part: Int, of entry: UInt64) -> UInt64 {
        entryBits == 16 ? UInt64(UInt16(truncatingIfNeeded: entry >> UInt64(16 * part))) : entry
    }

    /// The entry of a product with this sort key of its title.
    func entry(_ row: ProductRow, titleKey: [UInt8]) -> UInt64 {
        switch self {
        case .listed: row.isDiscontinued ? 0 : 1
        case .inStock: row.available > 0 ? 1 : 0
        case .category: row.categoryNumber
        case .seller: row.sellerNumber
        case .rating: UInt64(row.ratingRank)
        case .ratingTenths: UInt64(row.ratingTenths ?? 0)
        case .price: UInt64(bitPattern: row.price)
        case .sold: UInt64(bitPattern: max(row.sold, 0))
        case .addedAt: row.addedAt.orderedBits
        case .title: TitleOrder.rank(titleKey)
        case .titleNext: TitleOrder.nextRank(titleKey)
        }
    }
}

extension ProductRow {
    /// The upper six bits of a rating rank are tenths of a star.
    private static let ratingRankTenthsShift: UInt32 = 26

    /// The order of ratings as one number: the average as shown, then how many ratings there are, as far as 26 bits count;
    /// 0 without any.
    var ratingRank: UInt32 {
        guard let ratingTenths else { return 0 }
        let countMax: Int64 = 1 << ProductRow.ratingRankTenthsShift - 1
        return UInt32(clamping: ratingTenths) << ProductRow.ratingRankTenthsShift | UInt32(min(ratingCount, countMax))
    }
}
