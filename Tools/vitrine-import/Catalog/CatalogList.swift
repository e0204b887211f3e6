import Marketplace

/// The products of a list, each ready to be added.
struct CatalogList {
    struct Seller {
        let id: Text
        var name: Text?
        /// The first line that names the seller.
        let line: Int
    }

    private(set) var rows: [CatalogRow] = []
    private(set) var sellers: [Seller] = []
    var skipped = LineTally()
    /// Columns and fields that are ignored.
    var unknown: [String] = []
    /// What the file calls its columns, where that is not their own name.
    var columnNames: [CatalogColumn: String] = [:]

    private var products: Set<SellerSKU> = []
    private var productIds: Set<Text> = []
    private var sellerNumbers: [Text: Int] = [:]

    /// Takes the product of a line. Of two lines for one product the first counts.
    mutating func add(
        _ product: AddProduct, body: [UInt8], of fields: CatalogFields, line: Int
    ) throws(CatalogFault) {
        let owner = SellerSKU(sellerId: product.sellerId, sku: product.sku)
        let chosen = fields.productId
        guard !products.contains(owner) else {
            throw CatalogFault(fields.sku == nil ? "productId" : "sku", "'\(product.sku)' is an earlier line's")
        }
        if let chosen, productIds.contains(chosen) {
            throw CatalogFault("productId", "'\(chosen)' is an earlier line's")
        }
        products.insert(owner)
        var ids = chosen.map { [$0] } ?? CatalogRow.ids(of: owner)
        // Lines of one list ask for an id at the same time: the one that got it would be left to chance.
        if ids.count > 1, productIds.contains(ids[0]) { ids.removeFirst() }
        productIds.insert(ids[0])
        rows.append(
            CatalogRow(
                line: line, owner: owner, ids: ids, choosesId: chosen != nil, choosesSKU: fields.sku != nil, body: body,
                clearsDescription: fields.description == .clear, clearsImage: fields.imageUrl == .clear))
        if let number = sellerNumbers[product.sellerId] {
            sellers[number].name = sellers[number].name ?? fields.sellerName
        } else {
            sellerNumbers[product.sellerId] = sellers.count
            sellers.append(Seller(id: product.sellerId, name: fields.sellerName, line: line))
        }
    }
}
