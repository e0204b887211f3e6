extension MarketplaceState {
    func decide(_ command: CreateOrder) throws(Rejection) -> Decision {
        guard orders[command.orderId] == nil else {
            throw Rejection(.duplicateId, "There is an order '\(command.orderId)' already.")
        }
        try user(command.customerId, as: .customer)
        let status = command.status ?? .created
        let lines = try frozenLines(command.lines)
        if status.reservesStock { try checkStock(lines) }
        let total = try total(lines)
        if let expected = command.expectedTotal, expected != total {
            throw Rejection(.priceChanged, "The order's total is \(total) now, \(expected) was expected.")
        }
        return .event(
            .orderCreated(
                OrderCreated(
                    orderId: command.orderId, customerId: command.customerId, status: status, lines: lines, total: total
                )))
    }

    /// The lines with titles and prices as they are now, or as an import says they were.
    private func frozenLines(_ lines: [CreateOrder.Line]) throws(Rejection) -> [OrderCreated.Line] {
        var frozen: [OrderCreated.Line] = []
        frozen.reserveCapacity(lines.count)
        for line in lines {
            let product = try listedProduct(line.productId)
            frozen.append(
                OrderCreated.Line(
                    productId: line.productId, sellerId: product.sellerId, sku: product.sku, title: product.title,
                    quantity: line.quantity, unitPrice: line.unitPrice ?? product.price))
        }
        return frozen
    }

    /// The lines of one product count together.
    private func checkStock(_ lines: [OrderCreated.Line]) throws(Rejection) {
        if lines.count == 1 { return try checkStock(of: lines[0].productId, for: lines[0].quantity) }
        var wanted: [Text: Int64] = [:]
        for line in lines {
            wanted[line.productId] = (wanted[line.productId] ?? 0).addingSaturated(line.quantity)
        }
        // In the order of the lines, so that the same command is refused for the same product every time.
        for line in lines { try checkStock(of: line.productId, for: wanted[line.productId] ?? 0) }
    }

    private func checkStock(of productId: Text, for wanted: Int64) throws(Rejection) {
        let available = try product(productId).stock
        guard wanted <= available else {
            throw Rejection(
                .insufficientStock, "Product '\(productId)' has \(available) left; \(wanted) are wanted.",
                productId: productId, available: available)
        }
    }

    private func total(_ lines: [OrderCreated.Line]) throws(Rejection) -> Amount {
        var total: Amount = 0
        for line in lines {
            let (lineTotal, overflow) = line.quantity.multipliedReportingOverflow(by: line.unitPrice)
            total = total.addingSaturated(overflow ? .max : lineTotal)
            guard total <= Bounds.orderTotal.upperBound else {
                throw Rejection(.orderTooLarge, "An order's total is at most \(Bounds.orderTotal.upperBound).")
            }
        }
        return total
    }
}
