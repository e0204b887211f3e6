extension Catalog {
    /// Pages of 100 that are read to learn from: enough for the popular categories of a market of any size.
    private static let productPages = 20
    private static let orderPages = 10

    /// Reads what there is to browse from a server.
    static func learn(from fetcher: Fetcher) throws(LoadError) -> Catalog {
        let products = try cards(of: "/v1/products", pages: productPages, from: fetcher)
        let orders = try cards(of: "/v1/orders", pages: orderPages, from: fetcher)
        let catalog = Catalog(products: products, orders: orders)
        guard !catalog.products.isEmpty, !catalog.categories.isEmpty, !catalog.sellers.isEmpty else {
            throw LoadError(
                "\(fetcher.url.authority) has no products to browse; fill it, for example with vitrine-import generate")
        }
        return catalog
    }

    private static func cards(of list: String, pages: Int, from fetcher: Fetcher) throws(LoadError) -> [JSONValue] {
        var cards: [JSONValue] = []
        var path = "\(list)?limit=100"
        for _ in 0..<pages {
            let body = try fetcher.body(of: path)
            guard let page = JSONValue(parsing: body), let items = page["items"]?.array else {
                let start = body.withUnsafeBytes { Readable.firstBytes(of: $0) }
                throw LoadError("\(path) at \(fetcher.url.authority) is no list of Vitrine's: \(start)")
            }
            cards += items
            guard let cursor = page["nextCursor"]?.string else { break }
            path = "\(list)?limit=100&cursor=\(String(decoding: percentEncoded(cursor), as: UTF8.self))"
        }
        return cards
    }
}
