import JSON
import Marketplace

/// How an order's status changed since it was placed, in the order of the events.
///
/// | bytes | field |
/// |---|---|
/// | 1 | status |
/// | 8 | when, milliseconds |
/// | 2 | length of the reason, 0 without one |
/// | … | the reason as JSON |
enum OrderChanges {
    static func add(_ status: OrderStatus, at time: Timestamp, reason: Text?, to changes: inout ByteWriter) {
        changes.append(byte: status.rawValue)
        changes.append(littleEndian: time.milliseconds)
        let json = reason.map { UserRow.json($0) } ?? []
        // A reason is bounded by the contract, so it is far below 64 KiB.
        changes.append(littleEndian: UInt16(json.count))
        changes.append(json)
    }
}

/// One change after another of an encoded row, read in place.
struct OrderChangeReader: ~Escapable {
    private let row: RawSpan
    private var end = 0
    private(set) var status = OrderStatus.created
    private(set) var at = Timestamp(milliseconds: 0)
    private var reasonBytes = 0

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    /// Moves to the next change; false at the end.
    @_lifetime(self: copy self)
    mutating func next() -> Bool {
        guard end < row.byteCount else { return false }
        status = OrderStatus(stored: row.field(end, as: UInt8.self))
        at = Timestamp(milliseconds: row.field(end + 1, as: Int64.self))
        reasonBytes = Int(row.field(end + 9, as: UInt16.self))
        end += 11 + reasonBytes
        return true
    }

    /// Why, as JSON; empty where nobody said.
    var reason: RawSpan {
        @_lifetime(copy self) get { row.extracting((end - reasonBytes)..<end) }
    }
}
