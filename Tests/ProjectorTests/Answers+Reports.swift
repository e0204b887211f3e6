import Foundation
import Marketplace
import Queries
import Testing

extension Answers {
    /// Holds the reports over the ranges against a naive market's. Cards of products are compared if `hasCards`.
    mutating func expectReports(
        _ market: NaiveMarket, _ ranges: [NaiveMarket.Range], limit: Int = 7, hasCards: Bool = true
    ) throws {
        for range in ranges {
            let parameters = [
                "from": range.from.map { Text($0) }, "to": range.to.map { Text($0) }, "category": range.category,
            ]
            func sales(_ by: String) throws -> [NSDictionary] {
                try pages("/v1/reports/sales", parameters.merging(["by": Text(by)]) { $1 }, limit: limit) {
                    .sales(try SalesQuery($0))
                }
            }
            #expect(try sales("day") == market.salesByDay(range), "days of \(range)")
            #expect(try sales("category") == market.salesByCategory(range), "categories of \(range)")
            #expect(try sales("seller") == market.salesBySeller(range), "sellers of \(range)")
            let top = try pages("/v1/reports/top-products", parameters, limit: limit) {
                .topProducts(try TopProductsQuery($0))
            }
            let shown = hasCards ? top : top.map(Self.withoutCard)
            #expect(shown == market.topProducts(range, hasCards: hasCards), "products of \(range)")
        }
    }

    private static func withoutCard(_ item: NSDictionary) -> NSDictionary {
        ["productId": item["productId"]!, "units": item["units"]!, "revenue": item["revenue"]!]
    }
}
