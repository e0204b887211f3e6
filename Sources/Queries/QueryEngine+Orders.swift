import JSON
import LMDB
import Views

extension QueryEngine {
    /// Renders a page of orders; gives the partitions it depends on, none for a list that cannot be kept.
    mutating func renderOrders(_ query: OrderListQuery) throws(LMDBError) -> [Partition] {
        var request = query.request
        var partition = Partition.allOrders
        // Who is unknown today may register tomorrow, so an empty list is not kept.
        if let seller = query.seller {
            guard let number = try snapshot.userNumber(seller.span.bytes) else { return renderNoOrders() }
            (request.filter.seller, partition) = (number, .sellerOrders(number))
        }
        if let customer = query.customer {
            guard let number = try snapshot.userNumber(customer.span.bytes) else { return renderNoOrders() }
            (request.filter.customer, partition) = (number, .customerOrders(number))
        }
        let found = try snapshot.findOrders(request, columns)
        body.append("{\"items\":[")
        try snapshot.appendOrderCards(found.orders, names: names, to: &body)
        body.append("],\"nextCursor\":")
        if let next = found.next {
            body.append("\"")
            var place = ByteWriter(capacity: 32)
            next.append(request.sort, to: &place)
            PageCursor.append(place.bytes, query.binding, to: &body)
            body.append("\"}")
        } else {
            body.append("null}")
        }
        guard let places = request.places else { return [partition, .userNames] }
        return [Partition](found.numbers, places) { .order($0) }
    }

    private mutating func renderNoOrders() -> [Partition] {
        body.append("{\"items\":[],\"nextCursor\":null}")
        return []
    }
}
