import JSON
import Marketplace

/// The lines that GetOrder adds to the card, whole but for the sellers' names, and what leads to the card. Never changed once
/// the order is placed.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | number of lines |
/// | 4 | 4 | how many orders the customer had before |
/// | 8 | 8 | number of the customer |
/// | 16 | 8 | placed at, milliseconds |
/// | 24 | 8 | total, minor units |
/// | 32 | 1 | status that it was placed in: `created`, or what an import said |
/// | 33 | 44 each | number of the seller (8), number of the product (8), quantity (8), unit price (8), number of the category that the product had (8), offset into the JSON where the seller's name goes (4) |
/// | … | | `"lines":[…]` |
struct OrderDetailRow {
    /// A line with what only the views know of it.
    struct Line {
        var line: OrderCreated.Line
        var sellerNumber: UInt64
        var productNumber: UInt64
        var categoryNumber: UInt64
        var imageJSON: [UInt8]
    }

    static let headerBytes = 33
    static let lineBytes = 44

    static func encode(
        _ event: OrderCreated, _ lines: [Line], customer: UInt64, ordinal: UInt32, at time: Timestamp,
        _ currency: Currency
    ) -> ByteWriter {
        var json = ByteWriter(capacity: 256 * lines.count)
        var row = ByteWriter(capacity: headerBytes + (lineBytes + 256) * lines.count)
        row.append(littleEndian: UInt32(lines.count))
        row.append(littleEndian: ordinal)
        row.append(littleEndian: customer)
        row.append(littleEndian: time.milliseconds)
        row.append(littleEndian: event.total)
        row.append(byte: event.status.rawValue)
        json.append("\"lines\":[")
        for (index, entry) in lines.enumerated() {
            let line = entry.line
            if index > 0 { json.append(",") }
            json.append("{\"productId\":")
            json.append(jsonString: line.productId.utf8)
            json.append(",\"sku\":")
            json.append(jsonString: line.sku.utf8)
            json.append(",\"title\":")
            json.append(jsonString: line.title.utf8)
            json.append(",\"imageUrl\":")
            json.append(entry.imageJSON)
            json.append(",\"seller\":{\"userId\":")
            json.append(jsonString: line.sellerId.utf8)
            json.append(",\"name\":")
            row.append(littleEndian: entry.sellerNumber)
            row.append(littleEndian: entry.productNumber)
            row.append(littleEndian: line.quantity)
            row.append(littleEndian: line.unitPrice)
            row.append(littleEndian: entry.categoryNumber)
            row.append(littleEndian: UInt32(json.count))
            json.append("},\"quantity\":")
            json.append(decimal: line.quantity)
            json.append(",\"unitPrice\":")
            json.append(money: line.unitPrice, currency)
            json.append(",\"lineTotal\":")
            // An order's total is at most 10^13, so no line's is more.
            json.append(money: line.quantity &* line.unitPrice, currency)
            json.append("}")
        }
        json.append("]")
        row.append(json.bytes)
        return row
    }
}

/// An encoded detail row, read in place.
struct EncodedOrderDetail: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    var lineCount: Int { Int(row.field(0, as: UInt32.self)) }
    /// How many orders the customer had before.
    var ordinal: UInt32 { row.field(4, as: UInt32.self) }
    var customerNumber: UInt64 { row.field(8, as: UInt64.self) }
    var placedAt: Timestamp { Timestamp(milliseconds: row.field(16, as: Int64.self)) }
    var total: Amount { row.field(24, as: Int64.self) }
    var firstStatus: OrderStatus { OrderStatus(stored: row.field(32, as: UInt8.self)) }
    var jsonStart: Int { OrderDetailRow.headerBytes + OrderDetailRow.lineBytes * lineCount }

    func sellerNumber(_ line: Int) -> UInt64 { row.field(offset(line), as: UInt64.self) }
    func productNumber(_ line: Int) -> UInt64 { row.field(offset(line) + 8, as: UInt64.self) }
    func quantity(_ line: Int) -> Int64 { row.field(offset(line) + 16, as: Int64.self) }
    /// Minor units.
    func unitPrice(_ line: Int) -> Int64 { row.field(offset(line) + 24, as: Int64.self) }
    /// Of the product when the order was placed.
    func categoryNumber(_ line: Int) -> UInt64 { row.field(offset(line) + 32, as: UInt64.self) }
    /// Where in the row the seller's name goes.
    func splice(_ line: Int) -> Int { jsonStart + Int(row.field(offset(line) + 40, as: UInt32.self)) }

    /// What reports count of a line.
    func sale(_ line: Int) -> SalesView.Line {
        SalesView.Line(
            product: productNumber(line), seller: sellerNumber(line), category: categoryNumber(line),
            units: quantity(line), unitPrice: unitPrice(line))
    }

    private func offset(_ line: Int) -> Int { OrderDetailRow.headerBytes + OrderDetailRow.lineBytes * line }
}
