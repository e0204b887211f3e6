import JSON
import Marketplace

/// An order's card as the views keep it, whole but for the customer's name and the status, which are spliced in when it is
/// read. Never changed once the order is placed.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | how many orders the customer had before: its place in `OrderStates` |
/// | 4 | 2 | offset into the JSON where the customer's name goes |
/// | 6 | 2 | offset into the JSON where the status goes |
/// | 8 | | the card's JSON |
enum OrderRow {
    static let headerBytes = 8
    /// Titles in the card's preview.
    static let previewLinesMax = 3

    static func encode(_ event: OrderCreated, ordinal: UInt32, at time: Timestamp, _ currency: Currency) -> ByteWriter {
        var json = ByteWriter(capacity: 512)
        json.append("{\"orderId\":")
        json.append(jsonString: event.orderId.utf8)
        json.append(",\"customer\":{\"userId\":")
        json.append(jsonString: event.customerId.utf8)
        json.append(",\"name\":")
        let name = json.count
        json.append("},\"status\":\"")
        let status = json.count
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
        row.append(littleEndian: ordinal)
        // Ids are bounded by the contract, so both stand far below 64 KiB.
        row.append(littleEndian: UInt16(name))
        row.append(littleEndian: UInt16(status))
        row.append(json.bytes)
        return row
    }
}

/// An encoded order row, read in place.
struct EncodedOrder: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    /// How many orders the customer had before.
    var ordinal: UInt32 { row.field(0, as: UInt32.self) }
    private var name: Int { OrderRow.headerBytes + Int(row.field(4, as: UInt16.self)) }
    private var status: Int { OrderRow.headerBytes + Int(row.field(6, as: UInt16.self)) }

    var beforeName: RawSpan {
        @_lifetime(copy self) get { row.extracting(OrderRow.headerBytes..<name) }
    }

    /// From behind the name to the status.
    var beforeStatus: RawSpan {
        @_lifetime(copy self) get { row.extracting(name..<status) }
    }

    /// From behind the status to the card's closing brace.
    var afterStatus: RawSpan {
        @_lifetime(copy self) get { row.extracting(status..<row.byteCount) }
    }
}
