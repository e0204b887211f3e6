import JSON
import Marketplace

/// What GetOrder adds to the card: lines and history, whole but for the sellers' names.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | number of splices |
/// | 4 | 12 each | number of a seller (8), offset into the JSON where its name goes (4) |
/// | … | | `"lines":[…],"history":[…]` |
struct OrderDetailRow {
    /// A line with what only the views know of it.
    struct Line {
        var line: OrderCreated.Line
        var sellerNumber: UInt64
        var imageJSON: [UInt8]
    }

    static func encode(_ lines: [Line], status: OrderStatus, at time: Timestamp, _ currency: Currency) -> ByteWriter {
        var json = ByteWriter(capacity: 256 * lines.count)
        var splices = ByteWriter(capacity: 12 * lines.count)
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
            splices.append(littleEndian: entry.sellerNumber)
            splices.append(littleEndian: UInt32(json.count))
            json.append("},\"quantity\":")
            json.append(decimal: line.quantity)
            json.append(",\"unitPrice\":")
            json.append(money: line.unitPrice, currency)
            json.append(",\"lineTotal\":")
            // An order's total is at most 10^13, so no line's is more.
            json.append(money: line.quantity &* line.unitPrice, currency)
            json.append("}")
        }
        json.append("],\"history\":[{\"status\":\"")
        json.append(status.name)
        json.append("\",\"at\":\"")
        json.append(time)
        json.append("\",\"reason\":null}]")

        var row = ByteWriter(capacity: 4 + splices.count + json.count)
        row.append(littleEndian: UInt32(lines.count))
        row.append(splices.bytes)
        row.append(json.bytes)
        return row
    }
}
