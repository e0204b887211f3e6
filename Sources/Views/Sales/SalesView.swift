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
        let sign: Int64 = isSale ? 1 : -1
        var parts: [Part] = []
        parts.reserveCapacity(5 * lines.count)
        for line in lines {
            let revenue = Int128(line.units) * Int128(line.unitPrice) * Int128(sign)
            let sold = SalesCounters(orders: sign, units: line.units &* sign, revenue: revenue)
            // Things are counted from 0, and there are fewer than 2^32 of each.
            let category = UInt32(truncatingIfNeeded: line.category)
            let seller = UInt32(truncatingIfNeeded: line.seller)
            let product = UInt32(truncatingIfNeeded: line.product)
            parts.append(Part(.day, 0, category: 0, sold))
            parts.append(Part(.category, category, category: 0, sold))
            parts.append(Part(.seller, seller, category: 0, sold))
            parts.append(Part(.seller, seller, category: category + 1, sold))
            parts.append(Part(.product, product, category: category + 1, sold))
        }
        parts.sort { $0.order < $1.order }
        var index = 0
        while index < parts.count {
            var part = parts[index]
            index += 1
            // However many lines are of it, the order is one.
            while index < parts.count, parts[index].order == part.order {
                part.counters.units &+= parts[index].counters.units
                part.counters.revenue &+= parts[index].counters.revenue
                index += 1
            }
            views.sales.add(
                part.kind, part.number, category: part.category, day: day, month: month, part.counters)
        }
        if views.sales.isFull { try views.writeSales() }
        views.touch(.sales)
    }

    /// What an order counts for.
    private struct Part {
        var kind: SalesKey.Kind
        var number: UInt32
        var category: UInt32
        var counters: SalesCounters

        init(_ kind: SalesKey.Kind, _ number: UInt32, category: UInt32, _ counters: SalesCounters) {
            (self.kind, self.number, self.category, self.counters) = (kind, number, category, counters)
        }

        var order: UInt128 { UInt128(kind.rawValue) << 64 | UInt128(number) << 32 | UInt128(category) }
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
