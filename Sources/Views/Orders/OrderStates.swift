import JSON
import LMDB
import Marketplace

/// The statuses of a customer's orders, a byte for each, in the order in which they were placed.
///
/// They stand apart from the cards because they change three times in an order's life: a page has the statuses of some hundred
/// customers, but ten cards. A row holds up to 256 of one customer. Its key is the customer's number (4 bytes) and how many
/// rows of the customer are before it (4).
enum OrderStates {
    fileprivate static let rowEntries: UInt32 = 256

    /// The status that an order came to. `ordinal`: how many orders the customer had before it.
    static func set(_ status: OrderStatus, _ customer: UInt64, _ ordinal: UInt32, in views: inout ViewWriter)
        throws(ViewError)
    {
        let key = key(customer, ordinal)
        let index = Int(ordinal % rowEntries)
        var statuses = try views.get(.orderStates, key.bytes)?.copy() ?? []
        while statuses.count <= index { statuses.append(0) }
        statuses[index] = status.rawValue
        try views.put(.orderStates, key.bytes, statuses.span.bytes)
    }

    static func status(_ customer: UInt64, _ ordinal: UInt32, in views: borrowing ViewWriter) throws(ViewError)
        -> OrderStatus
    {
        let key = key(customer, ordinal)
        return status(ordinal, try views.get(.orderStates, key.bytes))
    }

    fileprivate static func key(_ customer: UInt64, _ ordinal: UInt32) -> ByteWriter {
        var key = ByteWriter(capacity: 8)
        key.append(bigEndian: UInt32(truncatingIfNeeded: customer))
        key.append(bigEndian: ordinal / rowEntries)
        return key
    }

    /// A status that is not there, or that this program does not know, is damage.
    fileprivate static func status(_ ordinal: UInt32, _ row: RawSpan?) -> OrderStatus {
        guard let byte = row?.field(Int(ordinal % rowEntries), as: UInt8.self) else {
            preconditionFailure("an order has no status")
        }
        return OrderStatus(stored: byte)
    }
}

extension OrderStatus {
    /// A status that this program does not know is damage.
    init(stored byte: UInt8) {
        guard let status = OrderStatus(rawValue: byte) else { preconditionFailure("an order has no status \(byte)") }
        self = status
    }
}

/// Looks up statuses. Those of a customer's orders mostly stand in one row, which is looked up once. For a single snapshot.
struct OrderStateReader {
    private var customer: UInt64?
    private var row: UInt32 = 0
    private var statuses: UnsafeRawBufferPointer?

    /// `ordinal`: how many orders the customer had before it.
    mutating func status(_ customer: UInt64, _ ordinal: UInt32, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> OrderStatus
    {
        let row = ordinal / OrderStates.rowEntries
        if self.customer != customer || self.row != row {
            let key = OrderStates.key(customer, ordinal)
            statuses = try snapshot.get(.orderStates, key.bytes)?.withUnsafeBytes { $0 }
            (self.customer, self.row) = (customer, row)
        }
        // Safe: a row stays where it is as long as there is the snapshot, which is that of the call before.
        guard let statuses else { return OrderStates.status(ordinal, nil) }
        return OrderStates.status(ordinal, RawSpan(_unsafeBytes: statuses))
    }
}
