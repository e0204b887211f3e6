import JSON

extension MarketplaceState {
    func decide(_ command: AddProduct) throws(Rejection) -> Decision {
        if let other = products[command.productId] {
            throw Rejection(
                .duplicateId,
                "There is a product '\(command.productId)' already, the sku '\(other.sku)' of seller '\(other.sellerId)'.",
                owner: SellerSKU(sellerId: other.sellerId, sku: other.sku))
        }
        try user(command.sellerId, as: .seller)
        if let other = skus[SellerSKU(sellerId: command.sellerId, sku: command.sku)] {
            throw Rejection(
                .duplicateSku,
                "Seller '\(command.sellerId)' has the sku '\(command.sku)' already, on product '\(other)'.",
                productId: other)
        }
        return .event(
            .productAdded(
                ProductAdded(
                    productId: command.productId, sellerId: command.sellerId, sku: command.sku, title: command.title,
                    description: command.description, category: command.category, price: command.price,
                    imageUrl: command.imageUrl, stock: command.stock, listStock: command.listStock)))
    }

    /// The event tells only what really changes.
    func decide(_ command: UpdateProduct) throws(Rejection) -> Decision {
        let product = try listedProduct(command.productId)
        let event = ProductUpdated(
            productId: command.productId, title: command.title == product.title ? nil : command.title,
            description: command.description.changing(product.description) { Fingerprint(of: $0) },
            category: command.category == product.category ? nil : command.category,
            imageUrl: command.imageUrl.changing(product.imageUrl) { Fingerprint(of: $0) })
        guard event.title != nil || event.category != nil || event.description != .keep || event.imageUrl != .keep
        else {
            return .unchanged(id: command.productId)
        }
        return .event(.productUpdated(event))
    }

    func decide(_ command: ChangePrice) throws(Rejection) -> Decision {
        let product = try listedProduct(command.productId)
        guard product.price != command.price else { return .unchanged(id: command.productId) }
        return .event(.priceChanged(PriceChanged(productId: command.productId, price: command.price)))
    }

    func decide(_ command: AdjustStock) throws(Rejection) -> Decision {
        let (id, product) = (command.productId, try listedProduct(command.productId))
        switch command.change {
        case .by(let delta):
            guard delta != 0 else { return .unchanged(id: id) }
            try checkStock(of: id, product.stock, changedBy: delta)
            return .event(.stockAdjusted(StockAdjusted(productId: id, delta: delta)))
        case .to(let stock):
            guard stock != product.stock else { return .unchanged(id: id) }
            return .event(.stockAdjusted(StockAdjusted(productId: id, delta: stock &- product.stock)))
        case .listed(let listStock):
            guard listStock != product.listStock else { return .unchanged(id: id) }
            // Also when the stock is so already: what the next list says is compared with this one.
            return .event(
                .stockAdjusted(
                    StockAdjusted(productId: id, delta: listStock &- product.stock, listStock: listStock)))
        }
    }

    private func checkStock(of id: Text, _ stock: Int64, changedBy delta: Int64) throws(Rejection) {
        // Commands that were not decoded may hold any number: nothing here overflows as stock is never negative.
        guard delta >= -stock else {
            throw Rejection(
                .insufficientStock, "Product '\(id)' has \(stock) left; \(delta) is too much.", productId: id,
                available: stock)
        }
        // Cancelled orders may have brought more back than a command may add; then units may still go, not come.
        let room = max(0, Bounds.stock.upperBound - stock)
        guard delta <= room else {
            throw Rejection(
                .invalid, "The stock of product '\(id)' would be above \(Bounds.stock.upperBound).",
                errors: [FieldError(pointer: "#/delta", detail: "Expected at most \(room), found \(delta).")])
        }
    }

    func decide(_ command: DiscontinueProduct) throws(Rejection) -> Decision {
        let product = try product(command.productId)
        guard !product.isDiscontinued else { return .unchanged(id: command.productId) }
        return .event(.productDiscontinued(ProductDiscontinued(productId: command.productId)))
    }
}
