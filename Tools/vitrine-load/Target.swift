import JSON

/// A page of the storefront, as small as a pair of numbers: many are kept and compared.
struct Target: Equatable, Sendable {
    enum Page: UInt8, Sendable {
        case newest, category, categoryByPrice, categoryByPriceDown, product, seller, orders
    }

    let page: Page
    /// Which category, product, seller or customer of the catalog.
    let index: Int32

    /// Appends the path and the query, without a cursor.
    func write(to writer: inout ByteWriter, from catalog: Catalog) {
        let index = Int(index)
        switch page {
        case .newest: writer.append("/v1/products")
        case .category:
            writer.append("/v1/products?category=")
            writer.append(catalog.categories[index])
        case .categoryByPrice:
            writer.append("/v1/products?sort=price&category=")
            writer.append(catalog.categories[index])
        case .categoryByPriceDown:
            writer.append("/v1/products?sort=-price&category=")
            writer.append(catalog.categories[index])
        case .product:
            writer.append("/v1/products/")
            writer.append(catalog.products[index])
        case .seller:
            writer.append("/v1/products?seller=")
            writer.append(catalog.sellers[index])
        case .orders:
            writer.append("/v1/orders?customer=")
            writer.append(catalog.customers[index])
        }
    }

    /// Whether a cursor begins the query or continues it.
    var hasQuery: Bool { page != .newest && page != .product }

    var isList: Bool { page != .product }
}
