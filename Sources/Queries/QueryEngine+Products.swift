import JSON
import LMDB
import Views

extension QueryEngine {
    /// Renders a page of products; gives the partitions it depends on, none for a list that cannot be kept.
    mutating func renderProducts(_ query: ProductListQuery) throws(LMDBError) -> [Partition] {
        if let ids = query.ids { return try renderProducts(ids) }
        var request = query.request
        var partition = Partition.allProducts
        if let category = query.category {
            // What nobody sells under that name today may be sold tomorrow, so an empty list is not kept.
            guard let number = try snapshot.categoryNumber(category.span.bytes) else { return try renderNone(query) }
            (request.filter.category, partition) = (number, .category(number))
        }
        if let seller = query.seller {
            guard let number = try snapshot.userNumber(seller.span.bytes) else { return try renderNone(query) }
            (request.filter.seller, partition) = (number, .sellerProducts(number))
        }
        let found = try snapshot.findProducts(request, columns)
        try appendCards(found.numbers)
        if let next = found.next {
            body.append("\"")
            var place = ByteWriter(capacity: 64)
            next.append(request.sort, to: &place)
            PageCursor.append(place.bytes, query.binding, to: &body)
            body.append("\"")
        } else {
            body.append("null")
        }
        if !query.facets.isEmpty {
            body.append(",\"facets\":")
            try snapshot.appendFacets(query.facets, of: request.filter, columns, names, to: &body)
        }
        body.append("}")
        guard query.facets.isEmpty, let places = request.places else { return [partition, .userNames] }
        return [Partition](found.numbers, places) { .product($0) }
    }

    private mutating func renderProducts(_ ids: [[UInt8]]) throws(LMDBError) -> [Partition] {
        let numbers = try snapshot.listedProducts(ids, columns)
        try appendCards(numbers)
        body.append("null}")
        // A product that is unknown today may be added tomorrow. One that is listed stays so until it changes.
        return numbers.count == ids.count ? [Partition](numbers) { .product($0) } : []
    }

    private mutating func appendCards(_ numbers: [UInt64]) throws(LMDBError) {
        body.append("{\"items\":[")
        try snapshot.appendProductCards(numbers, names: names, to: &body)
        body.append("],\"nextCursor\":")
    }

    private mutating func renderNone(_ query: ProductListQuery) throws(LMDBError) -> [Partition] {
        body.append("{\"items\":[],\"nextCursor\":null")
        if !query.facets.isEmpty {
            body.append(",\"facets\":")
            snapshot.appendEmptyFacets(query.facets, to: &body)
        }
        body.append("}")
        return []
    }
}
