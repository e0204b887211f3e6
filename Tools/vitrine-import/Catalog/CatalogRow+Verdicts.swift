import JSON
import Marketplace

extension CatalogRow {
    /// Takes what became of the row's AddProduct; true if it is to be tried with the next id.
    func take(_ verdict: Verdict, _ state: inout CatalogImport.Progress) -> Bool {
        guard case .rejected(let refusal) = verdict else {
            state.presence = .added
            return false
        }
        let id = ids[state.idsTaken]
        switch (refusal.reason, refusal.owner, refusal.productId) {
        case ("duplicate-id", let other?, _) where isOwn(other): state.presence = .present(id)
        case ("duplicate-id", let other?, _) where choosesId:
            state.presence = .absent(
                .productId, "'\(id)' is a product of seller '\(other.sellerId)' with the sku '\(other.sku)'")
        case ("duplicate-id", .some, _) where state.idsTaken + 1 < ids.count:
            state.idsTaken += 1
            return true
        case ("duplicate-sku", _, let other?) where choosesId:
            state.presence = .absent(
                choosesSKU ? .sku : .productId,
                "'\(owner.sku)' of seller '\(owner.sellerId)' is the product '\(other)', not '\(id)'")
        case ("duplicate-sku", _, let other?): state.presence = .present(other)
        default: state.refusal = refusal
        }
        return false
    }

    /// Whether a product is the row's: an id stands in for a sku that the line does not name.
    private func isOwn(_ other: SellerSKU) -> Bool {
        other == owner || (!choosesSKU && other.sellerId == owner.sellerId)
    }

    /// What brings the product `id` to what the row says, in one order, so that the same list makes the same events.
    func changes(
        of id: Text, to product: AddProduct, keepsStock: Bool, _ currency: Currency, tag: Int
    ) -> [ImportCommand] {
        var commands = [
            make("ChangePrice", nil, tag: tag, thing: tag) { body in
                body.field("productId", id)
                body.field("price", money: product.price, currency)
            },
            make("UpdateProduct", nil, tag: tag, thing: tag) { body in
                body.field("productId", id)
                body.field("title", product.title)
                body.field("category", product.category)
                body.field("description", product.description, clears: clearsDescription)
                body.field("imageUrl", product.imageUrl, clears: clearsImage)
            },
        ]
        if !keepsStock {
            commands.append(
                make("AdjustStock", nil, tag: tag, thing: tag) { body in
                    body.field("productId", id)
                    body.field("listStock", product.stock)
                })
        }
        return commands
    }
}

extension ByteWriter {
    /// An optional text of an update: absent when it stays as it is, `null` when it is cleared.
    fileprivate mutating func field(_ name: StaticString, _ text: Text?, clears: Bool) {
        if let text { return field(name, text) }
        guard clears else { return }
        fieldName(name)
        append("null")
    }
}
