import LMDB

extension ViewSnapshot {
    typealias ThingSales = (number: UInt32, counters: SalesCounters)

    /// What the orders placed in parts of days sold, by thing, in the order of things' numbers: those of a kind, of a category
    /// as in `SalesEntry` or, without one, of every.
    ///
    /// Each order is looked at, as rows of sales are kept by day.
    func sales(of parts: [SalesTimes.Part], _ kind: SalesKey.Kind, category: UInt32?) throws(LMDBError)
        -> [ThingSales]
    {
        guard !parts.isEmpty else { return [] }
        var sums: [UInt32: SalesCounters] = [:]
        for part in parts {
            var walk = try orders(.all, .newest, after: nil, placed: part.placed)
            while try walk.next() {
                let lines = try soldLines(walk.number)
                guard budget.spend(ReadCost.countedOrder_ns + lines.count * ReadCost.countedLine_ns) else { return [] }
                for part in SalesPart.parts(of: lines, isSale: true)
                where part.kind == kind && (category == nil || part.category == category) {
                    sums[part.number, default: SalesCounters()].add(part.counters)
                }
            }
        }
        return sums.map { (number: $0, counters: $1) }.sorted { $0.number < $1.number }
    }

    /// The lines of an order; none of one that was cancelled or refunded.
    private func soldLines(_ number: UInt64) throws(LMDBError) -> [SalesView.Line] {
        guard let details = try get(.orderDetails, number: number) else {
            preconditionFailure("a list names order number \(number), which has no row")
        }
        let detail = EncodedOrderDetail(details)
        var states = OrderStateReader()
        guard try states.status(detail.customerNumber, detail.ordinal, self).countsAsSale else { return [] }
        return (0..<detail.lineCount).map { detail.sale($0) }
    }
}
