import JSON
import Marketplace

/// A line of a product list that can be used.
struct CatalogRow {
    let line: Int
    /// Seller and sku, which make a product.
    let owner: SellerSKU
    /// The ids that it may get, in the order in which they are tried.
    let ids: [Text]
    /// Whether the line names the id, so that no other will do.
    let choosesId: Bool
    /// Whether the line names the sku; else the id stands in for it.
    let choosesSKU: Bool
    /// AddProduct's fields as JSON, without a productId unless the line names one.
    let body: [UInt8]
    /// Whether the list says that the product has none.
    let clearsDescription: Bool
    let clearsImage: Bool

    /// The row's AddProduct, with one of its ids.
    func addition(_ id: Text, tag: Int) -> ImportCommand {
        guard !choosesId else { return ImportCommand(name: "AddProduct", idempotencyKey: nil, body: body, tag: tag) }
        var whole = ByteWriter(capacity: body.count + 80)
        whole.append("{")
        whole.field("productId", id)
        whole.append(",")
        whole.append(Array(body.dropFirst()))
        return ImportCommand(name: "AddProduct", idempotencyKey: nil, body: whole.copyBytes(), tag: tag)
    }

    /// The sku with `_` for what an id cannot have, where that is an id; then the same with a hash of seller and sku, which no
    /// other product has.
    static func ids(of owner: SellerSKU) -> [Text] {
        let stem = RetailText.idBytes(of: "\(owner.sku)").drop { !$0.isLetterOrDigit }
        var hash = ByteWriter(capacity: 16)
        hash.append(hex: Fingerprint(of: (owner.sellerId.utf8 + [0] + owner.sku.utf8).span.bytes).high)
        let suffix = Array("~".utf8) + hash.copyBytes()
        let unique = (stem.isEmpty ? Array("p".utf8)[...] : stem).prefix(RetailText.idBytesMax - suffix.count) + suffix
        let plain = RetailText.productId(ofStockCode: owner.sku.utf8[...])
        return (plain.map { [$0] } ?? []) + [Text(utf8: Array(unique))]
    }
}
