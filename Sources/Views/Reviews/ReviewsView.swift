import JSON
import LMDB
import Marketplace

/// Reviews, and each product's list of them. A customer has one review of a product: a new one takes the old one's place.
enum ReviewsView {
    static func apply(_ event: ProductReviewed, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = moment.position
        let product = try ProductsView.number(of: event.productId, in: views)
        let customer = try UsersView.number(of: event.customerId, in: views)
        let replaced = try remove(of: product, by: customer, in: &views)

        try withKey(product, customer) { key throws(ViewError) in
            try withBigEndian(number) { value throws(ViewError) in try views.put(.reviewNumbers, key, value) }
        }
        let row = ReviewRow.encode(event, customerNumber: customer, at: moment.time)
        try views.put(.reviews, number: number, row.bytes)
        let place = ReviewListKey.key(product, at: moment.time, number)
        try views.put(.reviewLists, place.bytes, RawSpan())
        try ProductsView.rate(product, event.rating, replacing: replaced, moment, in: &views)
        views.touch(.reviews(product))
    }

    /// Takes away what the customer said before, and gives its rating.
    private static func remove(of product: UInt64, by customer: UInt64, in views: inout ViewWriter)
        throws(ViewError) -> Int64?
    {
        let earlier = try withKey(product, customer) { key throws(ViewError) in
            try views.get(.reviewNumbers, key)?.bigEndian(0)
        }
        guard let earlier else { return nil }
        let (time, rating) = try load(earlier, in: views)
        let place = ReviewListKey.key(product, at: time, earlier)
        try views.delete(.reviewLists, place.bytes)
        try views.delete(.reviews, number: earlier)
        return rating
    }

    private static func load(_ number: UInt64, in views: borrowing ViewWriter) throws(ViewError)
        -> (time: Timestamp, rating: Int64)
    {
        guard let row = try views.get(.reviews, number: number) else {
            throw .unknown(kind: "review number", id: Text(String(number)))
        }
        let review = EncodedReview(row)
        return (review.time, review.rating)
    }

    private static func withKey<Result>(
        _ product: UInt64, _ customer: UInt64, _ body: (RawSpan) throws(ViewError) -> Result
    ) throws(ViewError) -> Result {
        var key = ByteWriter(capacity: 16)
        key.append(bigEndian: product)
        key.append(bigEndian: customer)
        return try body(key.bytes)
    }
}

// MARK: Look-up

extension ViewSnapshot {
    /// The reviews of a product, newest first, from behind `place` (of a cursor) or from the beginning.
    @_lifetime(borrow self)
    public func reviews(of product: UInt64, after place: [UInt8]) throws(LMDBError) -> ListScan {
        var prefix = ByteWriter(capacity: 64)
        ReviewListKey.appendPrefix(product, to: &prefix)
        return try scan(.reviewLists, prefix: prefix, after: place)
    }

    public func appendReview(_ number: UInt64, names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        guard let row = try get(.reviews, number: number) else {
            preconditionFailure("a list names review number \(number), which has no row")
        }
        let review = EncodedReview(row)
        output.append(review.beforeName)
        try names.append(review.customerNumber, from: self, to: &output)
        output.append(review.afterName)
    }
}
