import JSON
import Marketplace

/// An order's card as the views keep it, whole but for the customer's name, which is spliced in when it is read; and when its
/// status changed.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | number of the customer |
/// | 8 | 8 | placed at, milliseconds |
/// | 16 | 8 | total, minor units |
/// | 24 | 1 | status |
/// | 25 | 1 | status that it was placed in: `created`, or what an import said |
/// | 26 | 2 | offset of the splice into the JSON |
/// | 28 | 4 | version: how many events had this order as their subject |
/// | 32 | 4 | length of the card's JSON |
/// | 36 | | the card's JSON |
/// | … | 9 each | changes of status, in the order of the events: status, plus 128 if a reason was given (1), and when, milliseconds (8) |
struct OrderRow {
    var customerNumber: UInt64
    var placedAt: Timestamp
    var total: Amount
    var status: OrderStatus
    var firstStatus: OrderStatus
    var version: UInt32 = 1
    /// `{"orderId":…,"customer":{"userId":…,"name":`
    private var headJSON: [UInt8]
    /// `,"placedAt":…` to the card's closing brace.
    private var tailJSON: [UInt8]
    private var changes: [UInt8] = []

    static let headerBytes = 36
    static let changeBytes = 9
    fileprivate static let reasonBit: UInt8 = 128
    /// Titles in the card's preview.
    static let previewLinesMax = 3
    /// Between the customer's name and the status.
    private static let beforeStatus: StaticString = "},\"status\":\""

    init(_ event: OrderCreated, customerNumber: UInt64, at time: Timestamp, _ currency: Currency) {
        self.customerNumber = customerNumber
        placedAt = time
        total = event.total
        status = event.status
        firstStatus = event.status
        var json = ByteWriter(capacity: 512)
        json.append("{\"orderId\":")
        json.append(jsonString: event.orderId.utf8)
        json.append(",\"customer\":{\"userId\":")
        json.append(jsonString: event.customerId.utf8)
        json.append(",\"name\":")
        headJSON = json.copyBytes()
        json.removeAll()
        json.append(",\"placedAt\":\"")
        json.append(time)
        json.append("\",\"total\":")
        json.append(money: event.total, currency)
        json.append(",\"lineCount\":")
        json.append(decimal: event.lines.count)
        json.append(",\"unitCount\":")
        json.append(decimal: event.lines.reduce(Int64(0)) { $0.addingSaturated($1.quantity) })
        json.append(",\"preview\":[")
        for (index, line) in event.lines.prefix(OrderRow.previewLinesMax).enumerated() {
            if index > 0 { json.append(",") }
            json.append(jsonString: line.title.utf8)
        }
        json.append("]}")
        tailJSON = json.copyBytes()
    }

    init(_ row: RawSpan) {
        let order = EncodedOrder(row)
        customerNumber = order.customerNumber
        placedAt = order.placedAt
        total = row.field(16, as: Int64.self)
        status = OrderRow.status(row.field(24, as: UInt8.self))
        firstStatus = order.firstStatus
        version = order.version
        headJSON = order.beforeName.copy()
        let behindName = order.afterName
        // The status stands between its constant beginning and a quote.
        let tailStart = OrderRow.beforeStatus.utf8CodeUnitCount + status.name.utf8CodeUnitCount + 1
        tailJSON = behindName.extracting(tailStart..<behindName.byteCount).copy()
        changes = order.changes.copy()
    }

    /// The order came into another status.
    mutating func move(to status: OrderStatus, at time: Timestamp, hasReason: Bool) {
        self.status = status
        version &+= 1
        var change = ByteWriter(capacity: OrderRow.changeBytes)
        change.append(byte: status.rawValue | (hasReason ? OrderRow.reasonBit : 0))
        change.append(littleEndian: time.milliseconds)
        changes += change.copyBytes()
    }

    /// A status that this program does not know is damage.
    static func status(_ byte: UInt8) -> OrderStatus {
        guard let status = OrderStatus(rawValue: byte) else {
            preconditionFailure("an order row has no status \(byte)")
        }
        return status
    }

    func encode() -> ByteWriter {
        let jsonBytes =
            headJSON.count + OrderRow.beforeStatus.utf8CodeUnitCount + status.name.utf8CodeUnitCount + 1
            + tailJSON.count
        var row = ByteWriter(capacity: OrderRow.headerBytes + jsonBytes + changes.count)
        row.append(littleEndian: customerNumber)
        row.append(littleEndian: placedAt.milliseconds)
        row.append(littleEndian: total)
        row.append(byte: status.rawValue)
        row.append(byte: firstStatus.rawValue)
        row.append(littleEndian: UInt16(headJSON.count))
        row.append(littleEndian: version)
        row.append(littleEndian: UInt32(jsonBytes))
        row.append(headJSON)
        row.append(OrderRow.beforeStatus)
        row.append(status.name)
        row.append("\"")
        row.append(tailJSON)
        row.append(changes)
        return row
    }
}

/// An encoded order row, read in place.
struct EncodedOrder: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    var customerNumber: UInt64 { row.field(0, as: UInt64.self) }
    var placedAt: Timestamp { Timestamp(milliseconds: row.field(8, as: Int64.self)) }
    var status: OrderStatus { OrderRow.status(row.field(24, as: UInt8.self)) }
    var firstStatus: OrderStatus { OrderRow.status(row.field(25, as: UInt8.self)) }
    var version: UInt32 { row.field(28, as: UInt32.self) }
    private var jsonEnd: Int { OrderRow.headerBytes + Int(row.field(32, as: UInt32.self)) }
    private var splice: Int { OrderRow.headerBytes + Int(row.field(26, as: UInt16.self)) }

    var beforeName: RawSpan {
        @_lifetime(copy self) get { row.extracting(OrderRow.headerBytes..<splice) }
    }

    var afterName: RawSpan {
        @_lifetime(copy self) get { row.extracting(splice..<jsonEnd) }
    }

    fileprivate var changes: RawSpan {
        @_lifetime(copy self) get { row.extracting(jsonEnd..<row.byteCount) }
    }

    /// How often the status changed.
    var changeCount: Int { (row.byteCount - jsonEnd) / OrderRow.changeBytes }

    func change(_ index: Int) -> (status: OrderStatus, at: Timestamp, hasReason: Bool) {
        let offset = jsonEnd + OrderRow.changeBytes * index
        let status = row.field(offset, as: UInt8.self)
        return (
            OrderRow.status(status & ~OrderRow.reasonBit),
            Timestamp(milliseconds: row.field(offset + 1, as: Int64.self)), status & OrderRow.reasonBit != 0
        )
    }
}
