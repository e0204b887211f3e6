import JSON
import Marketplace

/// Sales by day, category, seller and product, for the reports.
///
/// An order counts once for the day it was placed, once for each category, each seller and each seller's category among
/// its lines; lines count for the category that their product had when the order was placed. A cancelled or refunded
/// order is taken out of all of them.
///
/// What an order writes: the rows below, but each once for a batch, whatever number of its orders change it.
///
/// | rows | each of about |
/// |---|---|
/// | 1 for the day | 10 bytes |
/// | 3 for each 32 categories: all time, month, day | 0.3 KB |
/// | 3 for each 32 sellers | 0.3 KB and 10 bytes for each of their categories |
/// | 3 for each product: 256 products over all time, 1,024 of the month and of the day | 2.5 KB, and 10 bytes for each that sold then |
///
/// So an order of three products of one seller and category, alone in its batch, writes 16 rows.
enum SalesView {
    /// A line of an order.
    struct Line {
        var product: UInt64
        var seller: UInt64
        var category: UInt64
        var units: Int64
        var unitPrice: Amount
    }

    /// Counts an order in, or out again.
    static func count(_ lines: [Line], placedAt: Timestamp, isSale: Bool, in views: inout ViewWriter) throws(ViewError)
    {
        let day = SalesCalendar.day(placedAt)
        let month = SalesCalendar.month(ofDay: day)
        for part in SalesPart.parts(of: lines, isSale: isSale) {
            views.sales.add(
                part.kind, part.number, category: part.category, day: day, month: month, part.counters)
        }
        if views.sales.isFull {
            views.sales.fold()
            if views.sales.isHalfFull { try views.writeSales() }
        }
        views.touch(.sales)
    }
}

extension ViewWriter {
    /// Writes the rows that sales changed so far.
    mutating func writeSales() throws(ViewError) {
        // Taken out while they are written: writing needs the rest of the writer.
        var changed = SalesChanges()
        swap(&changed, &sales)
        defer { swap(&changed, &sales) }
        try changed.drain { row throws(ViewError) in
            var key = ByteWriter(capacity: 16)
            row.key.append(to: &key)
            let writer = row.applied(to: try get(.sales, key.bytes))
            if writer.isEmpty {
                try erase(.sales, key.bytes)
            } else {
                try write(.sales, key.bytes, writer.row.bytes)
            }
        }
    }
}
