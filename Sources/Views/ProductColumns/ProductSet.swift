import LMDB

/// The listed products of a category or seller of many, as a column of bits: a filter reads an eighth of a byte for each
/// product where it would compare two.
struct ProductSet: Hashable {
    enum Kind: Hashable { case category, seller }

    let kind: Kind
    /// Of the category or seller.
    let number: UInt64

    /// A category or seller has a set from its next product on. Those that leave count too, so a set stays.
    static let arrivalsMax: UInt64 = 2_048

    /// One bit, by product.
    var column: Column {
        let number = kind == .category ? FacetColumn.ofCategory : .ofSeller
        return Column(
            table: .productColumns, number: number.rawValue, owner: UInt32(truncatingIfNeeded: self.number),
            entryBits: 1)
    }

    fileprivate var arrivalsColumn: Column {
        (kind == .category ? FacetColumn.categoryArrivals : .sellerArrivals).column
    }

    var scope: ProductScope { kind == .category ? .category(number) : .seller(number) }

    /// Whether there is one.
    func isKept(_ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) -> Bool {
        try columns.entry(arrivalsColumn, number, snapshot) > ProductSet.arrivalsMax
    }
}

/// Keeps the sets of categories and sellers of many products.
enum ProductSetsView {
    static func add(_ product: UInt64, to set: ProductSet, in views: inout ViewWriter) throws(ViewError) {
        var arrivals: UInt64 = 0
        try views.updateColumn(set.arrivalsColumn, set.number) { before in
            arrivals = before &+ 1
            return arrivals
        }
        guard arrivals > ProductSet.arrivalsMax else { return }
        // The earlier products follow at the batch's end, when all list rows are written.
        if arrivals == ProductSet.arrivalsMax + 1 { views.grownProducts.insert(set) }
        try views.setColumn(set.column, product, to: 1)
    }

    static func remove(_ product: UInt64, from set: ProductSet, in views: inout ViewWriter) throws(ViewError) {
        try views.setColumn(set.column, product, to: 0)
    }

    /// Sets the bits of all products of those that came to many in this batch: once in the life of each.
    static func fill(_ sets: Set<ProductSet>, in views: inout ViewWriter) throws(ViewError) {
        for set in sets {
            for product in try products(set, in: views) { try views.setColumn(set.column, product, to: 1) }
        }
    }

    private static func products(_ set: ProductSet, in views: borrowing ViewWriter) throws(ViewError) -> [UInt64] {
        do {
            var products: [UInt64] = []
            var walk = ProductWalk(try views.transaction.cursor(views.tables[.productLists]), set.scope, .newest)
            try walk.begin(after: nil)
            while try walk.next() { products.append(walk.number) }
            return products
        } catch {
            throw .storage(error)
        }
    }
}
