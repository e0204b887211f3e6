import JSON
import LMDB
import Views

/// One page of a list: a bounded range scan, a look-up for each card, and the cursor for the next page.
struct Page {
    enum List {
        /// Of the product of this number.
        case reviews(UInt64)
    }

    private let list: List
    private let limit: Int
    private let place: [UInt8]
    private let binding: PageCursor.Binding

    /// The page of at most `limit` items behind `place`.
    init(_ list: List, _ limit: Int, _ place: [UInt8], _ binding: PageCursor.Binding) {
        (self.list, self.limit, self.place, self.binding) = (list, limit, place, binding)
    }

    func append(from snapshot: borrowing ViewSnapshot, names: UserNames, to body: inout ByteWriter) throws(LMDBError) {
        body.append("{\"items\":[")
        let last: [UInt8]?
        switch list {
        case .reviews(let product):
            last = try append(snapshot.reviews(of: product, after: place), to: &body) {
                number, body throws(LMDBError) in
                try snapshot.appendReview(number, names: names, to: &body)
            }
        }
        body.append("],\"nextCursor\":")
        guard let last else { return body.append("null}") }
        body.append("\"")
        PageCursor.append(last.span.bytes, binding, to: &body)
        body.append("\"}")
    }

    /// The place of the page's last item if another follows it.
    private func append(
        _ scan: consuming ListScan, to body: inout ByteWriter,
        card: (_ number: UInt64, _ body: inout ByteWriter) throws(LMDBError) -> Void
    ) throws(LMDBError) -> [UInt8]? {
        var scan = scan
        var count = 0
        var last: [UInt8] = []
        while try scan.next() {
            if count == limit { return last }
            if count > 0 { body.append(",") }
            try card(scan.number, &body)
            count += 1
            if count == limit { last = scan.place }
        }
        return nil
    }
}
