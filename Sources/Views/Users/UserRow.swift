import JSON
import Marketplace

/// A user as the views keep it: numbers first, then id, name and country as the JSON that goes to the client.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | role |
/// | 1 | 1 | zero |
/// | 2 | 2 | length of the id's JSON |
/// | 4 | 2 | length of the name's JSON |
/// | 6 | 2 | zero |
/// | 8 | 8 | version: how many events made the user what it is |
/// | 16 | 8 | since, milliseconds |
/// | 24 | 8 | listed products of a seller |
/// | 32 | 8 | minor units spent by a customer, units sold by a seller |
/// | 40 | 8 | orders of a customer, orders with a line of a seller |
/// | 48 | | id, name and country as JSON |
public struct UserRow {
    var role: Role
    var version: UInt64 = 1
    var since: Timestamp
    var productCount: Int64 = 0
    var volume: Int64 = 0
    var orderCount: Int64 = 0
    var idJSON: [UInt8]
    var nameJSON: [UInt8]
    var countryJSON: [UInt8]

    static let headerBytes = 48

    init(_ event: UserRegistered, at time: Timestamp) {
        role = event.role
        since = time
        idJSON = UserRow.json(event.userId)
        nameJSON = UserRow.json(event.name)
        countryJSON = UserRow.json(event.country)
    }

    init(_ row: RawSpan) {
        role = UserRow.isSeller(row) ? .seller : .customer
        let idEnd = UserRow.headerBytes + Int(row.field(2, as: UInt16.self))
        let nameEnd = idEnd + Int(row.field(4, as: UInt16.self))
        version = row.field(8, as: UInt64.self)
        since = Timestamp(milliseconds: row.field(16, as: Int64.self))
        productCount = row.field(24, as: Int64.self)
        volume = row.field(32, as: Int64.self)
        orderCount = row.field(40, as: Int64.self)
        idJSON = row.extracting(UserRow.headerBytes..<idEnd).copy()
        nameJSON = row.extracting(idEnd..<nameEnd).copy()
        countryJSON = row.extracting(nameEnd..<row.byteCount).copy()
    }

    func encode() -> ByteWriter {
        var row = ByteWriter(capacity: UserRow.headerBytes + idJSON.count + nameJSON.count + countryJSON.count)
        row.append(byte: role.rawValue)
        row.append(byte: 0)
        row.append(littleEndian: UInt16(idJSON.count))
        row.append(littleEndian: UInt16(nameJSON.count))
        row.append(littleEndian: UInt16(0))
        row.append(littleEndian: version)
        row.append(littleEndian: since.milliseconds)
        row.append(littleEndian: productCount)
        row.append(littleEndian: volume)
        row.append(littleEndian: orderCount)
        row.append(idJSON)
        row.append(nameJSON)
        row.append(countryJSON)
        return row
    }

    static func json(_ text: Text?) -> [UInt8] {
        guard let text else { return Array("null".utf8) }
        var json = ByteWriter(capacity: text.utf8.count + 2)
        json.append(jsonString: text.utf8)
        return json.copyBytes()
    }

    /// A seller's listed products, of an encoded row.
    static func productCount(in row: RawSpan) -> Int64 { row.field(24, as: Int64.self) }

    /// A customer's orders, the orders with a line of a seller, of an encoded row.
    static func orderCount(in row: RawSpan) -> Int64 { row.field(40, as: Int64.self) }

    static func isSeller(_ row: RawSpan) -> Bool { row.field(0, as: UInt8.self) == Role.seller.rawValue }

    /// The id as JSON inside an encoded row.
    @_lifetime(copy row)
    static func idJSON(in row: RawSpan) -> RawSpan {
        row.extracting(headerBytes..<headerBytes + Int(row.field(2, as: UInt16.self)))
    }

    /// The name as JSON inside an encoded row: what is spliced into cards.
    @_lifetime(copy row)
    static func nameJSON(in row: RawSpan) -> RawSpan {
        let idEnd = headerBytes + Int(row.field(2, as: UInt16.self))
        return row.extracting(idEnd..<idEnd + Int(row.field(4, as: UInt16.self)))
    }
}
