import JSON

extension MarketplaceState {
    func decide(_ command: AddProduct) throws(Rejection) -> Decision {
        guard products[command.productId] == nil else {
            throw Rejection(.duplicateId, "There is a product '\(command.productId)' already.")
        }
        try user(command.sellerId, as: .seller)
        if let other = skus[SellerSKU(sellerId: command.sellerId, sku: command.sku)] {
            throw Rejection(
                .duplicateSku,
                "Seller '\(command.sellerId)' has the sku '\(command.sku)' already, on product '\(other)'.")
        }
        return .event(
            .productAdded(
                ProductAdded(
                    productId: command.productId, sellerId: command.sellerId, sku: command.sku, title: command.title,
                    description: command.description, category: command.category, price: command.price,
                    imageUrl: command.imageUrl, stock: command.stock)))
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
        let product = try listedProduct(command.productId)
        guard command.delta != 0 else { return .unchanged(id: command.productId) }
        // Commands that were not decoded may hold any number: nothing here overflows as stock is never negative.
        guard command.delta >= -product.stock else {
            throw Rejection(
                .insufficientStock,
                "Product '\(command.productId)' has \(product.stock) left; \(command.delta) is too much.",
                productId: command.productId, available: product.stock)
        }
        // Cancelled orders may have brought more back than a command may add; then units may still go, not come.
        let room = max(0, Bounds.stock.upperBound - product.stock)
        guard command.delta <= room else {
            throw Rejection(
                .invalid, "The stock of product '\(command.productId)' would be above \(Bounds.stock.upperBound).",
                errors: [FieldError(pointer: "#/delta", detail: "Expected at most \(room), found \(command.delta).")])
        }
        return .event(.stockAdjusted(StockAdjusted(productId: command.productId, delta: command.delta)))
    }

    func decide(_ command: DiscontinueProduct) throws(Rejection) -> Decision {
        let product = try product(command.productId)
        guard !product.isDiscontinued else { return .unchanged(id: command.productId) }
        return .event(.productDiscontinued(ProductDiscontinued(productId: command.productId)))
    }
}
