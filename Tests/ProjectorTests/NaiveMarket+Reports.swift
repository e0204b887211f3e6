import Foundation
import JSON
import Marketplace

/// The reports, recomputed from every line of every order.
extension NaiveMarket {
    struct Range: CustomStringConvertible {
        /// Days as `1970-01-01`, or RFC 3339; from inclusive, to exclusive.
        var from: String?
        var to: String?
        var category: Text?

        var description: String { "\(from ?? "…")..<\(to ?? "…") \(category?.description ?? "")" }
    }

    /// A line that counts.
    private struct Sale {
        var order: Text
        var placedAt: Timestamp
        var line: OrderCreated.Line
        var category: Text
    }

    private func sales(_ range: Range) -> [Sale] {
        func time(_ text: String) -> Timestamp { Timestamp(rfc3339: Array(text.utf8).span.bytes)! }
        let (from, to) = (range.from.map(time), range.to.map(time))
        return orders.values.filter(\.isSale).flatMap { order in
            zip(order.created.lines, order.categories).map {
                Sale(order: order.created.orderId, placedAt: order.placedAt, line: $0, category: $1)
            }
        }.filter { sale in
            from.map { sale.placedAt >= $0 } ?? true && to.map { sale.placedAt < $0 } ?? true
                && (range.category == nil || sale.category == range.category)
        }
    }

    func salesByDay(_ range: Range) -> [NSDictionary] {
        Dictionary(grouping: sales(range)) { String($0.placedAt.text.prefix(10)) }.sorted { $0.key > $1.key }
            .map { item(["day": $0], $1) }
    }

    func salesByCategory(_ range: Range) -> [NSDictionary] {
        ranked(Dictionary(grouping: sales(range), by: \.category)).map { item(["category": $0.description], $1) }
    }

    func salesBySeller(_ range: Range) -> [NSDictionary] {
        ranked(Dictionary(grouping: sales(range), by: \.line.sellerId)).map { item(["seller": named($0)], $1) }
    }

    /// Ids of products with units and revenue; their cards only if `hasCards`.
    func topProducts(_ range: Range, hasCards: Bool) -> [NSDictionary] {
        let found = Dictionary(grouping: sales(range), by: \.line.productId)
            .filter { !products[$0.key]!.isDiscontinued }
        let ordered = found.sorted { left, right in
            let (revenues) = (revenue(left.value), revenue(right.value))
            if revenues.0 != revenues.1 { return revenues.0 > revenues.1 }
            let (one, other) = (products[left.key]!, products[right.key]!)
            return (one.addedAt, one.number) > (other.addedAt, other.number)
        }
        return ordered.map { id, sales in
            var json = hasCards ? productCard(id)! : ["productId": id.description]
            json["units"] = sales.reduce(0) { $0 + $1.line.quantity }
            json["revenue"] = money(revenue(sales))
            return json as NSDictionary
        }
    }

    private func ranked(_ groups: [Text: [Sale]]) -> [(Text, [Sale])] {
        groups.sorted { left, right in
            let revenues = (revenue(left.value), revenue(right.value))
            if revenues.0 != revenues.1 { return revenues.0 > revenues.1 }
            return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }.map { ($0.key, $0.value) }
    }

    private func revenue(_ sales: [Sale]) -> Int64 { sales.reduce(0) { $0 + $1.line.quantity * $1.line.unitPrice } }

    private func item(_ value: [String: Any], _ sales: [Sale]) -> NSDictionary {
        var json = value
        json["orders"] = Set(sales.map(\.order)).count
        json["units"] = sales.reduce(0) { $0 + $1.line.quantity }
        json["revenue"] = money(revenue(sales))
        return json as NSDictionary
    }
}
