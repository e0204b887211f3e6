import Marketplace

/// What filters and facets need to know of every category and seller, as columns of `product-columns`. Raw values are their
/// numbers there.
enum FacetColumn: UInt8 {
    /// 4 bytes, by category: listed products.
    case categoryProducts = 20
    /// 4 bytes, by user: listed products.
    case sellerProducts = 21
    /// 8 bytes, by user: the first bytes of a seller's id, as a number of the same order.
    case sellerId = 22
    /// 8 bytes, by user: the next bytes of a seller's id.
    case sellerIdNext = 23
    /// 4 bytes, by category: products that were listed in it, those that left it too.
    case categoryArrivals = 24
    /// 4 bytes, by user: products that a seller listed, those that were discontinued too.
    case sellerArrivals = 25
    /// One bit, by product: the products of a category of many, a `ProductSet`.
    case ofCategory = 26
    /// One bit, by product: the products of a seller of many, a `ProductSet`.
    case ofSeller = 27

    var column: Column {
        switch self {
        case .categoryProducts, .sellerProducts, .categoryArrivals, .sellerArrivals:
            Column(table: .productColumns, number: rawValue, entryBits: 32)
        case .sellerId, .sellerIdNext:
            Column(table: .productColumns, number: rawValue, entryBits: 64)
        case .ofCategory, .ofSeller:
            preconditionFailure("there is one for each category or seller: ProductSet.column")
        }
    }

    /// Counts a listed product that came or went.
    static func count(_ row: ProductRow, _ products: Int, in views: inout ViewWriter) throws(ViewError) {
        let step = UInt64(bitPattern: Int64(products))
        try views.updateColumn(FacetColumn.categoryProducts.column, row.categoryNumber) { $0 &+ step }
        try views.updateColumn(FacetColumn.sellerProducts.column, row.sellerNumber) { $0 &+ step }
    }

    /// Keeps the beginning of a seller's id.
    static func insert(seller number: UInt64, id: [UInt8], in views: inout ViewWriter) throws(ViewError) {
        try views.setColumn(FacetColumn.sellerId.column, number, to: ByteRank.of(id))
        try views.setColumn(FacetColumn.sellerIdNext.column, number, to: ByteRank.of(id, from: 8))
    }
}
