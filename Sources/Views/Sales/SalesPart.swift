/// What an order counts for: a day, a category, a seller, a seller's category or a product's.
struct SalesPart {
    var kind: SalesKey.Kind
    /// Of the thing; 0 for a day.
    var number: UInt32
    /// 0 for all of the thing's, else a category's number + 1.
    var category: UInt32
    var counters: SalesCounters

    private init(_ kind: SalesKey.Kind, _ number: UInt32, category: UInt32, _ counters: SalesCounters) {
        (self.kind, self.number, self.category, self.counters) = (kind, number, category, counters)
    }

    private var order: UInt128 { UInt128(kind.rawValue) << 64 | UInt128(number) << 32 | UInt128(category) }

    /// Each thing that the lines of an order are of, once; negative for an order that is taken out again.
    static func parts(of lines: [SalesView.Line], isSale: Bool) -> [SalesPart] {
        let sign: Int64 = isSale ? 1 : -1
        var parts: [SalesPart] = []
        parts.reserveCapacity(5 * lines.count)
        for line in lines {
            let revenue = Int128(line.units) * Int128(line.unitPrice) * Int128(sign)
            let sold = SalesCounters(orders: sign, units: line.units &* sign, revenue: revenue)
            // Things are counted from 0, and there are fewer than 2^32 of each.
            let category = UInt32(truncatingIfNeeded: line.category)
            let seller = UInt32(truncatingIfNeeded: line.seller)
            let product = UInt32(truncatingIfNeeded: line.product)
            parts.append(SalesPart(.day, 0, category: 0, sold))
            parts.append(SalesPart(.category, category, category: 0, sold))
            parts.append(SalesPart(.seller, seller, category: 0, sold))
            parts.append(SalesPart(.seller, seller, category: category + 1, sold))
            parts.append(SalesPart(.product, product, category: category + 1, sold))
        }
        parts.sort { $0.order < $1.order }
        return folded(parts)
    }

    /// However many lines are of a thing, the order is one.
    private static func folded(_ parts: [SalesPart]) -> [SalesPart] {
        var folded: [SalesPart] = []
        folded.reserveCapacity(parts.count)
        for part in parts {
            let last = folded.count - 1
            if last >= 0, folded[last].order == part.order {
                folded[last].counters.units &+= part.counters.units
                folded[last].counters.revenue &+= part.counters.revenue
            } else {
                folded.append(part)
            }
        }
        return folded
    }
}
