import JSON
import LMDB

/// Where a thing stands in a report by revenue: what a cursor holds.
public struct SalesPlace: Sendable {
    var revenue: Int128
    var number: UInt32

    /// The revenue (16) and the thing's number (4), big endian.
    public static let bytes = 20

    init(revenue: Int128, number: UInt32) { (self.revenue, self.number) = (revenue, number) }

    /// Nil for bytes that are no place.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == SalesPlace.bytes else { return nil }
        revenue = Int128(bitPattern: bytes[..<16].reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
        number = bytes[16...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    public func append(to output: inout ByteWriter) {
        output.append(bigEndian: revenue)
        output.append(bigEndian: number)
    }
}

/// The first things of a report by revenue, out of those that it is offered in any order. Ties go by value, those of
/// products by newest.
struct SalesSelection {
    typealias Found = (number: UInt32, counters: SalesCounters)

    private let kind: SalesKey.Kind
    private let count: Int
    private let after: SalesPlace?
    /// The best so far, in order.
    private(set) var found: [Found] = []

    /// Keeps the first `count` behind `after`.
    init(_ kind: SalesKey.Kind, count: Int, after: SalesPlace?) {
        (self.kind, self.count, self.after) = (kind, count, after)
        found.reserveCapacity(count + 1)
    }

    /// What brought in less than this is not wanted any more.
    var revenueMin: Int128? { found.count == count ? found.last?.counters.revenue : nil }

    mutating func offer(
        _ number: UInt32, _ counters: SalesCounters, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        if let revenueMin, counters.revenue < revenueMin { return }
        if let after, after.revenue < counters.revenue { return }
        snapshot.budget.spend(ReadCost.keptProduct_ns)
        // Discontinued products leave every list.
        if kind == .product, try columns.entry(.listed, UInt64(number), snapshot) == 0 { return }
        let place = SalesPlace(revenue: counters.revenue, number: number)
        if let after, try !isBefore(after, place, columns, snapshot) { return }
        // Of many that brought in as much, most are behind all that are kept.
        if found.count == count, let last = found.last {
            let last = SalesPlace(revenue: last.counters.revenue, number: last.number)
            if try !isBefore(place, last, columns, snapshot) { return }
        }
        var low = 0
        var high = found.count
        while low < high {
            let middle = (low + high) / 2
            let other = SalesPlace(revenue: found[middle].counters.revenue, number: found[middle].number)
            if try isBefore(other, place, columns, snapshot) { low = middle + 1 } else { high = middle }
        }
        guard low < count else { return }
        found.insert((number, counters), at: low)
        if found.count > count { found.removeLast() }
    }

    private func isBefore(
        _ left: SalesPlace, _ right: SalesPlace, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) -> Bool {
        if left.revenue != right.revenue { return left.revenue > right.revenue }
        if left.number == right.number { return false }
        switch kind {
        case .product:
            let added = (
                try snapshot.addedAt(left.number, columns), try snapshot.addedAt(right.number, columns)
            )
            return added.0 != added.1 ? added.0 > added.1 : left.number > right.number
        case .category, .seller, .day:
            let values = (try snapshot.value(kind, left.number), try snapshot.value(kind, right.number))
            return values.0.lexicographicallyPrecedes(values.1)
        }
    }
}

extension ViewSnapshot {
    /// 0 for a product that is not there, which only a cursor from elsewhere names.
    fileprivate func addedAt(_ number: UInt32, _ columns: ColumnReader) throws(LMDBError) -> UInt64 {
        guard Int(number) < (try productCount()) else { return 0 }
        return try columns.entry(.addedAt, UInt64(number), self)
    }

    /// The name of a category, the id of a seller; empty for one that is not there.
    fileprivate func value(_ kind: SalesKey.Kind, _ number: UInt32) throws(LMDBError) -> [UInt8] {
        budget.spend(ReadCost.text_ns)
        if kind == .category {
            guard let name = try get(.categoryNames, number: UInt64(number)) else { return [] }
            return JSONText.decode(name.copy())
        }
        guard let row = try get(.users, number: UInt64(number)) else { return [] }
        return UserRow(row).idJSON
    }
}
