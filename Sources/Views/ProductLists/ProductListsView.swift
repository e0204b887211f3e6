import JSON
import LMDB
import Marketplace

/// Every product list as a range of keys: all products, by category, by seller and by both, in each order.
enum ProductListsView {
    static func insert(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) throws(ViewError) {
        for sort in ProductSort.allCases { try put(number, row, scopes(row), sort, in: &views) }
        touch(number, row, in: &views)
    }

    /// Moves a product to where its changed row belongs: only the lists whose key changed are written.
    static func move(_ number: UInt64, from before: ProductRow, to row: ProductRow, in views: inout ViewWriter)
        throws(ViewError)
    {
        touch(number, row, in: &views)
        if before.categoryNumber != row.categoryNumber { touch(number, before, in: &views) }
        for sort in ProductSort.allCases {
            if row.isDiscontinued {
                if !before.isDiscontinued { try delete(number, before, scopes(before), sort, in: &views) }
            } else if before.price != row.price && sort != .newest {
                try delete(number, before, scopes(before), sort, in: &views)
                try put(number, row, scopes(row), sort, in: &views)
            } else if before.categoryNumber != row.categoryNumber {
                try delete(number, before, categoryScopes(before), sort, in: &views)
                try put(number, row, categoryScopes(row), sort, in: &views)
            }
        }
    }

    private static func scopes(_ row: ProductRow) -> [ProductScope] {
        [.all, .seller(row.sellerNumber)] + categoryScopes(row)
    }

    private static func categoryScopes(_ row: ProductRow) -> [ProductScope] {
        [.category(row.categoryNumber), .sellerInCategory(seller: row.sellerNumber, category: row.categoryNumber)]
    }

    private static func put(
        _ number: UInt64, _ row: ProductRow, _ scopes: [ProductScope], _ sort: ProductSort, in views: inout ViewWriter
    ) throws(ViewError) {
        for scope in scopes {
            let key = key(number, row, scope, sort)
            try views.put(.productLists, key.bytes, RawSpan())
        }
    }

    private static func delete(
        _ number: UInt64, _ row: ProductRow, _ scopes: [ProductScope], _ sort: ProductSort, in views: inout ViewWriter
    ) throws(ViewError) {
        for scope in scopes {
            let key = key(number, row, scope, sort)
            try views.delete(.productLists, key.bytes)
        }
    }

    private static func key(
        _ number: UInt64, _ row: ProductRow, _ scope: ProductScope, _ sort: ProductSort
    ) -> ByteWriter {
        var key = ByteWriter(capacity: 48)
        ProductListKey.appendPrefix(scope, sort, to: &key)
        ProductListKey.appendPlace(number, row, sort, to: &key)
        return key
    }

    private static func touch(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) {
        views.touch(.product(number))
        views.touch(.allProducts)
        views.touch(.category(row.categoryNumber))
        views.touch(.sellerProducts(row.sellerNumber))
    }
}

// MARK: Look-up

extension ViewSnapshot {
    /// The products of a list in order, from behind `place` (of a cursor) or from the beginning.
    @_lifetime(borrow self)
    public func products(_ scope: ProductScope, _ sort: ProductSort, after place: [UInt8]) throws(LMDBError) -> ListScan
    {
        var prefix = ByteWriter(capacity: 64)
        ProductListKey.appendPrefix(scope, sort, to: &prefix)
        return try scan(.productLists, prefix: prefix, after: place)
    }
}
