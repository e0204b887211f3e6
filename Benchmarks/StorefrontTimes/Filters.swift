import ArgumentParser

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
        var found: [(target: String, micros: Double, sort: String)] = []
        for filter in filters {
            for sort in ListSort.all {
                var text = "/v1/products?sort=\(sort.name)\(filter)"
                if facets { text += "&facets=category,seller,price,rating" }
                let cursor = try storefront.answer(Request(text))?.nextCursor
                found.append((text, try micros(storefront, Request(text)), sort.name))
                guard let cursor else { continue }
                let second = Request("\(text)&cursor=\(cursor)")
                found.append(("\(text), second page", try micros(storefront, second), sort.name))
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
        for slow in found.prefix(slowest) { print("\(right(decimal(slow.micros, 0), 9)) µs  \(slow.target)") }
    }

    /// A filter of no other request. An engine keeps the bits of the last filter, and is to find them anew each time.
    private static let other = Request("/v1/products?limit=1&minPrice=1997&maxPrice=1997&facets=price")

    private func micros(_ storefront: Storefront, _ request: Request) throws -> Double {
        _ = try storefront.answer(request)
        var latencies = Latencies()
        for _ in 0..<rounds {
            _ = try storefront.answer(Filters.other)
            try latencies.measure(1) { _ in _ = try storefront.answer(request) }
        }
        return latencies.median
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
