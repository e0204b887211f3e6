import JSON
import LMDB
import Marketplace

/// Products by id: the card, and the description beside it. Keeps the product lists in step with the cards.
enum ProductsView {
    static func apply(_ event: ProductAdded, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = views.nextNumber(.products)
        let seller = try UsersView.number(of: event.sellerId, in: views)
        let category = try CategoryNumbers.number(of: event.category, in: &views)
        try views.putNumber(.productNumbers, of: event.productId.utf8, number)
        var row = ProductRow(event, sellerNumber: seller, categoryNumber: category, at: moment.time)
        try setDescription(event.description, of: number, &row, in: &views)
        let encoded = row.encode(views.currency)
        try views.put(.products, number: number, encoded.bytes)
        try ProductListsView.insert(number, row, in: &views)
        try UsersView.count(seller, products: 1, in: &views)
    }

    static func apply(_ event: ProductUpdated, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = try self.number(of: event.productId, in: views)
        var row = try load(number, in: views)
        let before = row
        if let title = event.title { row.titleJSON = UserRow.json(title) }
        switch event.imageUrl {
        case .keep: break
        case .clear: row.imageJSON = UserRow.json(nil)
        case .set(let url): row.imageJSON = UserRow.json(url)
        }
        switch event.description {
        case .keep: break
        case .clear: try setDescription(nil, of: number, &row, in: &views)
        case .set(let description): try setDescription(description, of: number, &row, in: &views)
        }
        if let category = event.category {
            row.categoryJSON = UserRow.json(category)
            row.categoryNumber = try CategoryNumbers.number(of: category, in: &views)
        }
        row.noteSubject(moment)
        try store(number, from: before, to: row, in: &views)
    }

    static func apply(_ event: PriceChanged, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = try self.number(of: event.productId, in: views)
        let before = try load(number, in: views)
        var row = before
        row.price = event.price
        row.noteSubject(moment)
        try store(number, from: before, to: row, in: &views)
    }

    static func apply(_ event: StockAdjusted, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = try self.number(of: event.productId, in: views)
        let before = try load(number, in: views)
        var row = before
        row.available = row.available.addingSaturated(event.delta)
        row.noteSubject(moment)
        try store(number, from: before, to: row, in: &views)
    }

    static func apply(_ event: ProductDiscontinued, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = try self.number(of: event.productId, in: views)
        let before = try load(number, in: views)
        var row = before
        row.isDiscontinued = true
        row.noteSubject(moment)
        try store(number, from: before, to: row, in: &views)
        try UsersView.count(row.sellerNumber, products: -1, in: &views)
    }

    /// Adds to a product's units in stock and to those sold, for an order.
    static func count(
        _ number: UInt64, available: Int64, sold: Int64, in views: inout ViewWriter
    ) throws(ViewError) -> ProductRow {
        let before = try load(number, in: views)
        var row = before
        row.available = row.available.addingSaturated(available)
        row.sold = row.sold.addingSaturated(sold)
        try store(number, from: before, to: row, in: &views)
        return row
    }

    /// A review came, in place of one with the rating `replaced` if there was one.
    static func rate(
        _ number: UInt64, _ rating: Int64, replacing replaced: Int64?, _ moment: Moment, in views: inout ViewWriter
    ) throws(ViewError) {
        let before = try load(number, in: views)
        var row = before
        row.ratingSum = row.ratingSum.addingSaturated(rating - (replaced ?? 0))
        if replaced == nil { row.ratingCount = row.ratingCount.addingSaturated(1) }
        row.noteSubject(moment)
        try store(number, from: before, to: row, in: &views)
    }

    static func number(of id: Text, in views: borrowing ViewWriter) throws(ViewError) -> UInt64 {
        guard let number = try views.number(.productNumbers, of: id) else { throw .unknown(kind: "product", id: id) }
        return number
    }

    private static func load(_ number: UInt64, in views: borrowing ViewWriter) throws(ViewError) -> ProductRow {
        guard let row = try views.get(.products, number: number) else {
            throw .unknown(kind: "product number", id: Text(String(number)))
        }
        return ProductRow(row)
    }

    private static func store(_ number: UInt64, from before: ProductRow, to row: ProductRow, in views: inout ViewWriter)
        throws(ViewError)
    {
        let encoded = row.encode(views.currency)
        try views.put(.products, number: number, encoded.bytes)
        try ProductListsView.move(number, from: before, to: row, in: &views)
    }

    private static func setDescription(
        _ description: Text?, of number: UInt64, _ row: inout ProductRow, in views: inout ViewWriter
    ) throws(ViewError) {
        let before = row.description
        let json = description.map { UserRow.json($0) } ?? []
        if json.isEmpty {
            row.description = .none
        } else if json.count <= ProductRow.Description.shortBytesMax {
            row.description = .short(json)
        } else {
            row.description = .long
            return try views.put(.productDescriptions, number: number, json.span.bytes)
        }
        if before == .long { try views.delete(.productDescriptions, number: number) }
    }
}

extension ProductRow {
    /// The event at `moment` had this product as its subject.
    fileprivate mutating func noteSubject(_ moment: Moment) {
        updatedAt = moment.time
        version &+= 1
    }
}

// MARK: Look-up

extension ViewSnapshot {
    public func productNumber(_ productId: RawSpan) throws(LMDBError) -> UInt64? {
        try findProduct(productId)?.number
    }

    /// Appends the card of a product.
    public func appendProductCard(_ number: UInt64, names: UserNames, to output: inout ByteWriter) throws(LMDBError) {
        try append(EncodedProduct(try productRow(number)), names, to: &output)
    }

    /// Appends the cards of a page, with a comma between them. Their rows are anywhere in the file, so they are looked up at once.
    public func appendProductCards(_ numbers: [UInt64], names: UserNames, to output: inout ByteWriter)
        throws(LMDBError)
    {
        var isFirst = true
        try forEachRow(.products, of: numbers.span.bytes, keyBytes: 8) { row throws(LMDBError) in
            if !isFirst { output.append(",") }
            isFirst = false
            try append(EncodedProduct(row), names, to: &output)
        }
    }

    @_lifetime(borrow self)
    private func productRow(_ number: UInt64) throws(LMDBError) -> RawSpan {
        guard let row = try get(.products, number: number) else {
            preconditionFailure("a list names product number \(number), which has no row")
        }
        return row
    }

    private struct Found: ~Escapable {
        let number: UInt64
        let product: EncodedProduct

        @_lifetime(copy product)
        init(_ number: UInt64, _ product: EncodedProduct) { (self.number, self.product) = (number, product) }
    }

    @_lifetime(borrow self)
    private func findProduct(_ productId: RawSpan) throws(LMDBError) -> Found? {
        guard productId.byteCount > 0 else { return nil }
        if let guess = productNumbers.guess(productId), let row = try get(.products, number: guess) {
            let product = EncodedProduct(row)
            if product.isCard(of: productId) { return Found(guess, product) }
        }
        guard let number = try number(.productNumbers, of: productId) else { return nil }
        productNumbers.keep(number, of: productId)
        return Found(number, EncodedProduct(try productRow(number)))
    }

    private func append(_ product: borrowing EncodedProduct, _ names: UserNames, to output: inout ByteWriter)
        throws(LMDBError)
    {
        output.append(product.beforeName)
        try names.append(product.sellerNumber, from: self, to: &output)
        output.append(product.afterName)
    }

    /// Appends a product as GetProduct answers it and gives its number, or nil when there is none of that id.
    public func appendProduct(_ productId: RawSpan, names: UserNames, to output: inout ByteWriter) throws(LMDBError)
        -> UInt64?
    {
        guard let found = try findProduct(productId) else { return nil }
        let (number, product) = (found.number, found.product)
        try append(product, names, to: &output)
        output.truncate(to: output.count - 1)  // The card's closing brace.
        output.append(",\"description\":")
        let short = product.shortDescription
        if short.byteCount > 0 {
            output.append(short)
        } else if product.hasLongDescription {
            guard let long = try get(.productDescriptions, number: number) else {
                preconditionFailure("product number \(number) has lost its description")
            }
            output.append(long)
        } else {
            output.append("null")
        }
        output.append(product.isDiscontinued ? ",\"status\":\"discontinued\"" : ",\"status\":\"listed\"")
        output.append(",\"updatedAt\":\"")
        output.append(product.updatedAt)
        output.append("\",\"version\":")
        output.append(decimal: UInt64(product.version))
        output.append("}")
        return number
    }
}
