import ArgumentParser
import CBareReads

/// Every combination of some filters with every order, in search of the slowest.
struct Filters: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "First and second pages of filtered lists in every order, without facets and with all: the slowest of them."
    )

    @Argument(help: "The data directory of a market that `vitrine-import generate` made.")
    var data: String

    @Option(help: "How often each page is asked for; its median counts.")
    var rounds = 5

    @Option(help: "How many of the slowest are shown.")
    var slowest = 8

    func run() throws {
        let storefront = try Storefront(dataDirectory: data)
        let filters = try combinations(storefront)
        print(
            "\(data): \(try storefront.count("p")) products, \(filters.count) filters in \(ListSort.all.count) orders")
        try measure(storefront, filters, facets: false, Target.filtersMicros)
        try measure(storefront, filters, facets: true, Target.facetsMicros)
    }

    private func measure(_ storefront: Storefront, _ filters: [String], facets: Bool, _ target: Double) throws {
        var found: [Measure] = []
        for filter in filters {
            for sort in ListSort.all {
                var text = "/v1/products?sort=\(sort.name)\(filter)"
                if facets { text += "&facets=category,seller,price,rating" }
                let cursor = try storefront.answer(Request(text))?.nextCursor
                found.append(try measure(storefront, text, sort.name, facets))
                guard let cursor else { continue }
                found.append(
                    try measure(storefront, "\(text)&cursor=\(cursor)", sort.name, facets, as: "\(text), second page"))
            }
        }
        found.sort { $0.micros > $1.micros }
        func part(_ part: Double) -> String { right(decimal(found[Int(Double(found.count) * part)].micros, 0), 9) }
        print(
            "\n\(facets ? "with all facets" : "without facets"): \(found.count) pages; at most \(decimal(target, 0)) µs"
        )
        let above = found.count { $0.micros > target }
        print(
            "\(padded("median, 1 in 10, 1 in 100, slowest", 38))\(part(0.5))\(part(0.1))\(part(0.01))\(part(0)) µs"
                + (above > 0 ? "  \(above) above" : ""))
        for sort in ListSort.all {
            let slowest = found.first { $0.sort == sort.name }
            print("\(padded("slowest by \(sort.name)", 38))\(right(decimal(slowest?.micros ?? 0, 0), 9)) µs")
        }
        let bareMicros = found.map(\.bareMicros).sorted()
        func bare(_ part: Double) -> String {
            right(decimal(bareMicros[min(Int(Double(bareMicros.count) * part), bareMicros.count - 1)], 0), 9)
        }
        print("\(padded("bare loop: median, 1 in 100, slowest", 38))\(bare(0.5))\(bare(0.99))\(bare(1)) µs")
        let ratios = found.map { $0.micros / $0.bareMicros }.sorted()
        print("\(padded("a page by its bare loop, at most", 38))\(right(decimal(ratios[ratios.count - 1], 2), 9))")
        let rows = found.map(\.rows).sorted()
        func rowsRead(_ part: Double) -> String {
            right("\(rows[min(Int(Double(rows.count) * part), rows.count - 1)])", 9)
        }
        print("\(padded("rows read: median, 1 in 100, most", 38))\(rowsRead(0.5))\(rowsRead(0.99))\(rowsRead(1))")
        print("\n  page µs  bare µs     rows")
        for slow in found.prefix(slowest) {
            print(
                "\(right(decimal(slow.micros, 0), 9))\(right(decimal(slow.bareMicros, 0), 9))\(right("\(slow.rows)", 9))  \(slow.name)"
            )
        }
    }

    private struct Measure {
        let name: String
        let sort: String
        let micros: Double
        /// Of the bare loop, right after it.
        let bareMicros: Double
        let rows: Int
    }

    /// A filter of no other request. An engine keeps the bits of the last filter, and is to find them anew each time.
    private static let other = Request("/v1/products?limit=1&minPrice=1997&maxPrice=1997&facets=price")

    private func measure(
        _ storefront: Storefront, _ target: String, _ sort: String, _ facets: Bool, as name: String? = nil
    ) throws -> Measure {
        let request = Request(target)
        _ = try storefront.answer(request)
        var (page, bare) = (Latencies(), Latencies())
        for _ in 0..<rounds {
            _ = try storefront.answer(Filters.other)
            try page.measure(1) { _ in _ = try storefront.answer(request) }
        }
        let rows = storefront.rowsRead
        // The machine is not as fast at every time: this is what it takes now. Once, as it drives the caches out.
        bare.measure(1) { _ in
            storefront.sum &+= facets ? bare_facets(storefront.bare) : bare_filter(storefront.bare, 1_999, 49)
        }
        return Measure(name: name ?? target, sort: sort, micros: page.median, bareMicros: bare.median, rows: rows)
    }

    /// The beginnings of filters: each names what it adds to a request.
    private func combinations(_ storefront: Storefront) throws -> [String] {
        let categories = try storefront.facet("category")
        let sellers = try storefront.facet("seller")
        guard let largest = categories.first, let smallest = categories.last, let seller = sellers.first else {
            throw BenchmarkError("\(data) has no products")
        }
        // A facet shows a hundred sellers; the others have fewer products.
        let category = ["", "&category=\(largest.value)", "&category=\(smallest.value)"]
        let of = ["", "&seller=\(seller.value)", "&seller=\(sellers[sellers.count - 1].value)"]
        // One price that many have, one that nobody has, and the rare dear ones.
        let price = ["", "&minPrice=1999&maxPrice=1999", "&minPrice=1998&maxPrice=1998", "&minPrice=25000"]
        let rating = ["", "&minRating=4.9"]
        let stock = ["", "&inStock=true"]
        var all: [String] = []
        for category in category {
            for of in of {
                for price in price {
                    for rating in rating {
                        for stock in stock { all.append(category + of + price + rating + stock) }
                    }
                }
            }
        }
        return all
    }
}
