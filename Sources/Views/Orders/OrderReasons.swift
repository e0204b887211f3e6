import JSON
import Marketplace

/// Why an order was cancelled or refunded, as far as somebody said so: such texts can be long, and only GetOrder shows them.
///
/// The row is each reason as a JSON string behind its length (4), in the order of the events.
enum OrderReasons {
    static func note(_ reason: Text, of number: UInt64, in views: inout ViewWriter) throws(ViewError) {
        var row = ByteWriter(capacity: 256)
        if let earlier = try views.get(.orderReasons, number: number) { row.append(earlier) }
        let json = UserRow.json(reason)
        row.append(littleEndian: UInt32(json.count))
        row.append(json)
        try views.put(.orderReasons, number: number, row.bytes)
    }

    /// The reason of this index as JSON.
    @_lifetime(copy row)
    static func reason(_ index: Int, in row: RawSpan) -> RawSpan {
        var start = 4
        for _ in 0..<index { start += Int(row.field(start - 4, as: UInt32.self)) + 4 }
        return row.extracting(start..<start + Int(row.field(start - 4, as: UInt32.self)))
    }
}
