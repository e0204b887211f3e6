import JSON
import LMDB
import Marketplace

/// Users by id, and the names that other views' cards borrow.
enum UsersView {
    static func apply(_ event: UserRegistered, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = views.nextNumber(.users)
        try views.putNumber(.userNumbers, of: event.userId.utf8, number)
        let row = UserRow(event, at: moment.time).encode()
        try views.put(.users, number: number, row.bytes)
        if event.role == .seller { try FacetColumn.insert(seller: number, id: event.userId.utf8, in: &views) }
        views.touch(.user(number))
    }

    static func apply(_ event: UserUpdated, _ moment: Moment, to views: inout ViewWriter) throws(ViewError) {
        let number = try self.number(of: event.userId, in: views)
        try update(number, in: &views) { row in
            row.version += 1
            if let name = event.name { row.nameJSON = UserRow.json(name) }
            switch event.country {
            case .keep: break
            case .clear: row.countryJSON = UserRow.json(nil)
            case .set(let country): row.countryJSON = UserRow.json(country)
            }
        }
        if event.name != nil { views.touch(.userNames) }
    }

    /// Adds to a seller's listed products, to a customer's spending or a seller's units sold, and to a user's orders. Gives
    /// how many orders the user has now.
    @discardableResult
    static func count(
        _ number: UInt64, products: Int64 = 0, volume: Int64 = 0, orders: Int64 = 0, in views: inout ViewWriter
    ) throws(ViewError) -> Int64 {
        var count: Int64 = 0
        try update(number, in: &views) { row in
            row.productCount = row.productCount.addingSaturated(products)
            row.volume = row.volume.addingSaturated(volume)
            row.orderCount = row.orderCount.addingSaturated(orders)
            count = row.orderCount
        }
        return count
    }

    static func number(of id: Text, in views: borrowing ViewWriter) throws(ViewError) -> UInt64 {
        guard let number = try views.number(.userNumbers, of: id) else { throw .unknown(kind: "user", id: id) }
        return number
    }

    private static func update(_ number: UInt64, in views: inout ViewWriter, _ change: (inout UserRow) -> Void)
        throws(ViewError)
    {
        var row = try load(number, in: views)
        change(&row)
        let encoded = row.encode()
        try views.put(.users, number: number, encoded.bytes)
        views.touch(.user(number))
    }

    private static func load(_ number: UInt64, in views: borrowing ViewWriter) throws(ViewError) -> UserRow {
        guard let row = try views.get(.users, number: number) else {
            throw .unknown(kind: "user number", id: Text(String(number)))
        }
        return UserRow(row)
    }
}

// MARK: Look-up

extension ViewSnapshot {
    public func userNumber(_ userId: RawSpan) throws(LMDBError) -> UInt64? { try number(.userNumbers, of: userId) }

    /// Appends the user as GetUser answers it; false when there is none of that number.
    public func appendUser(_ number: UInt64, currency: Currency, to output: inout ByteWriter) throws(LMDBError) -> Bool
    {
        guard let encoded = try get(.users, number: number) else { return false }
        let row = UserRow(encoded)
        output.append("{\"userId\":")
        output.append(row.idJSON)
        output.append(",\"name\":")
        output.append(row.nameJSON)
        output.append(row.role == .seller ? ",\"role\":\"seller\"" : ",\"role\":\"customer\"")
        output.append(",\"country\":")
        output.append(row.countryJSON)
        output.append(",\"since\":\"")
        output.append(row.since)
        output.append("\",\"version\":")
        output.append(decimal: row.version)
        switch row.role {
        case .customer:
            output.append(",\"orderCount\":")
            output.append(decimal: row.orderCount)
            output.append(",\"spent\":")
            output.append(money: row.volume, currency)
        case .seller:
            output.append(",\"productCount\":")
            output.append(decimal: row.productCount)
            output.append(",\"sold\":")
            output.append(decimal: row.volume)
        }
        output.append("}")
        return true
    }
}
