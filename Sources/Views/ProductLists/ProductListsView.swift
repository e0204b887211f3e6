import JSON
import LMDB
import Marketplace

/// The product lists as ranges of keys: all products and each category's in every kept order, each seller's by newest.
enum ProductListsView {
    static func insert(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) throws(ViewError) {
        try ProductColumnsView.insert(number, row, in: &views)
        for sort in ProductSort.kept {
            let place = ProductPlace(number, row, sort)
            try put(place, .all, sort, in: &views)
            try put(place, .category(row.categoryNumber), sort, in: &views)
            if sort == .newest { try put(place, .seller(row.sellerNumber), sort, in: &views) }
        }
        touch(number, row, in: &views)
    }

    /// Moves a product to where its changed row belongs: only the rows whose key changed are written.
    static func move(_ number: UInt64, from before: ProductRow, to row: ProductRow, in views: inout ViewWriter)
        throws(ViewError)
    {
        try ProductColumnsView.change(number, from: before, to: row, in: &views)
        touch(number, row, in: &views)
        let changesCategory = before.categoryNumber != row.categoryNumber
        if changesCategory { touch(number, before, in: &views) }
        guard !before.isDiscontinued else { return }
        for sort in ProductSort.kept {
            let moves = row.isDiscontinued || changesPlace(before, row, sort)
            guard moves || changesCategory else { continue }
            let (old, new) = (ProductPlace(number, before, sort), ProductPlace(number, row, sort))
            try delete(old, .category(before.categoryNumber), sort, in: &views)
            if moves {
                try delete(old, .all, sort, in: &views)
                if sort == .newest { try delete(old, .seller(before.sellerNumber), sort, in: &views) }
            }
            guard !row.isDiscontinued else { continue }
            try put(new, .category(row.categoryNumber), sort, in: &views)
            if moves { try put(new, .all, sort, in: &views) }
        }
    }

    /// Neither the seller nor the time it was added ever changes.
    private static func changesPlace(_ before: ProductRow, _ row: ProductRow, _ sort: ProductSort) -> Bool {
        switch sort {
        case .title: before.titleJSON != row.titleJSON
        default: ProductPlace.rank(before, sort) != ProductPlace.rank(row, sort)
        }
    }

    private static func put(
        _ place: ProductPlace, _ scope: ProductScope, _ sort: ProductSort, in views: inout ViewWriter
    ) throws(ViewError) {
        let key = try key(place, scope, sort, isJoining: true, in: &views)
        try views.put(.productLists, key.bytes, RawSpan())
        views.touch(.productPlaces(scope, sort))
    }

    private static func delete(
        _ place: ProductPlace, _ scope: ProductScope, _ sort: ProductSort, in views: inout ViewWriter
    ) throws(ViewError) {
        let key = try key(place, scope, sort, isJoining: false, in: &views)
        try views.delete(.productLists, key.bytes)
        views.touch(.productPlaces(scope, sort))
    }

    private static func key(
        _ place: ProductPlace, _ scope: ProductScope, _ sort: ProductSort, isJoining: Bool, in views: inout ViewWriter
    ) throws(ViewError) -> ByteWriter {
        if place.titleKey.count > ProductListKey.titlePieceBytes {
            return try TitleGroups.rowKey(place, scope, isJoining: isJoining, in: &views)
        }
        var key = ByteWriter(capacity: 64)
        ProductListKey.appendPrefix(scope, sort, to: &key)
        switch sort {
        case .newest: break
        case .title:
            key.append(place.titleKey)
            key.append(byte: 0)
        case .priceAscending, .priceDescending, .rating, .sold: key.append(bigEndian: place.rank)
        }
        place.appendTail(to: &key)
        return key
    }

    private static func touch(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) {
        views.touch(.product(number))
        views.touch(.allProducts)
        views.touch(.category(row.categoryNumber))
        views.touch(.sellerProducts(row.sellerNumber))
    }
}
