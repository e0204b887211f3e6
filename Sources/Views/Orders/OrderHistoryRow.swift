import JSON
import Marketplace

/// An order's history behind its first entry: there is a row once the order has changed its status. The first entry is made
/// from the order's own row.
///
/// The row is `,{"status":…,"at":…,"reason":…}` for each change, in the order of the events.
enum OrderHistoryRow {
    static func append(_ status: OrderStatus, at time: Timestamp, reason: Text?, to history: inout ByteWriter) {
        history.append("{\"status\":\"")
        history.append(status.name)
        history.append("\",\"at\":\"")
        history.append(time)
        history.append("\",\"reason\":")
        history.append(UserRow.json(reason))
        history.append("}")
    }
}
