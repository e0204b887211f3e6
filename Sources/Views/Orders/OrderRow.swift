import JSON
import Marketplace

/// An order's card as the views keep it, whole but for the customer's name, which is spliced in when it is read.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | number of the customer |
/// | 8 | 8 | placed at, milliseconds |
/// | 16 | 8 | total, minor units |
/// | 24 | 1 | status |
/// | 25 | 1 | zero |
/// | 26 | 2 | offset of the splice into the JSON |
/// | 28 | 4 | version |
/// | 32 | | the card's JSON |
struct OrderRow {
    static let headerBytes = 32
    /// Titles in the card's preview.
    static let previewLinesMax = 3

    static func encode(
        _ event: OrderCreated, customerNumber: UInt64, at time: Timestamp, _ currency: Currency
    ) -> ByteWriter {
        var json = ByteWriter(capacity: 512)
        json.append("{\"orderId\":")
        json.append(jsonString: event.orderId.utf8)
        json.append(",\"customer\":{\"userId\":")
        json.append(jsonString: event.customerId.utf8)
        json.append(",\"name\":")
        let splice = json.count
        json.append("},\"status\":\"")
        json.append(event.status.name)
        json.append("\",\"placedAt\":\"")
        json.append(time)
        json.append("\",\"total\":")
        json.append(money: event.total, currency)
        json.append(",\"lineCount\":")
        json.append(decimal: event.lines.count)
        json.append(",\"unitCount\":")
        json.append(decimal: event.lines.reduce(Int64(0)) { $0.addingSaturated($1.quantity) })
        json.append(",\"preview\":[")
        for (index, line) in event.lines.prefix(previewLinesMax).enumerated() {
            if index > 0 { json.append(",") }
            json.append(jsonString: line.title.utf8)
        }
        json.append("]}")

        var row = ByteWriter(capacity: headerBytes + json.count)
        row.append(littleEndian: customerNumber)
        row.append(littleEndian: time.milliseconds)
        row.append(littleEndian: event.total)
        row.append(byte: event.status.rawValue)
        row.append(byte: 0)
        row.append(littleEndian: UInt16(splice))
        row.append(littleEndian: UInt32(1))
        row.append(json.bytes)
        return row
    }
}

/// An encoded order row, read in place.
struct EncodedOrder: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    var customerNumber: UInt64 { row.field(0, as: UInt64.self) }
    var version: UInt32 { row.field(28, as: UInt32.self) }
    private var splice: Int { OrderRow.headerBytes + Int(row.field(26, as: UInt16.self)) }

    var beforeName: RawSpan {
        @_lifetime(copy self) get { row.extracting(OrderRow.headerBytes..<splice) }
    }

    var afterName: RawSpan {
        @_lifetime(copy self) get { row.extracting(splice..<row.byteCount) }
    }
}
