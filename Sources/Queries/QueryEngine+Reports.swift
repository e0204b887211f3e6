import JSON
import LMDB
import Views

extension QueryEngine {
    /// Renders a page of a sales report; gives the partitions it depends on, none for one that cannot be kept.
    mutating func renderSales(_ query: SalesQuery) throws(LMDBError) -> [Partition] {
        var request = query.request
        body.append("{\"items\":[")
        // What nobody sells under that name today may be sold tomorrow, so an empty report is not kept.
        guard try findCategory(query.category, for: &request) else { return endReport() }
        var place = ByteWriter(capacity: 32)
        switch query.rows {
        case .day(let before):
            let last = try snapshot.appendSalesByDay(request, before: before, views.currency, to: &body)
            if let last { place.append(bigEndian: last) }
        case .revenue(let subject, let after):
            let found = try snapshot.findSales(by: subject, request, after: after, columns)
            try snapshot.append(found, by: subject, views.currency, names, to: &body)
            if let next = found.next { next.append(to: &place) }
        }
        endReport(place.bytes, query.binding)
        return [.sales, .userNames]
    }

    mutating func renderTopProducts(_ query: TopProductsQuery) throws(LMDBError) -> [Partition] {
        var request = query.request
        body.append("{\"items\":[")
        guard try findCategory(query.category, for: &request) else { return endReport() }
        let found = try snapshot.findSales(by: .product, request, after: query.after, columns)
        try snapshot.append(found, by: .product, views.currency, names, to: &body)
        var place = ByteWriter(capacity: 32)
        if let next = found.next { next.append(to: &place) }
        endReport(place.bytes, query.binding)
        return [.sales, .allProducts, .userNames]
    }

    /// False when there never was a category of that name.
    private func findCategory(_ name: [UInt8]?, for request: inout SalesRequest) throws(LMDBError) -> Bool {
        guard let name else { return true }
        request.category = try snapshot.categoryNumber(name.span.bytes)
        return request.category != nil
    }

    private mutating func endReport() -> [Partition] {
        body.append("],\"nextCursor\":null}")
        return []
    }

    /// Ends a page, behind whose last item `place` others follow unless it is empty.
    private mutating func endReport(_ place: RawSpan, _ binding: PageCursor.Binding) {
        guard place.byteCount > 0 else { return body.append("],\"nextCursor\":null}") }
        body.append("],\"nextCursor\":\"")
        PageCursor.append(place, binding, to: &body)
        body.append("\"}")
    }
}
