extension MarketplaceState {
    func decide(_ command: CreateOrder) throws(Rejection) -> Decision {
        guard orders[command.orderId] == nil else {
            throw Rejection(.duplicateId, "There is an order '\(command.orderId)' already.")
        }
        try user(command.customerId, as: .customer)
        let status = command.status ?? .created
        try checkLines(command.lines, reservesStock: status.reservesStock)
        let lines = try frozenLines(command.lines)
        let total = try total(lines)
        if let expected = command.expectedTotal, expected != total {
            var rejection = Rejection(.priceChanged, "The order's total is \(total) now, \(expected) was expected.")
            rejection.total = total
            throw rejection
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

    /// Refuses an order for the first line at fault, and names every other beside it.
    private func checkLines(_ lines: [CreateOrder.Line], reservesStock: Bool) throws(Rejection) {
        // The lines of one product count together.
        var wanted: [Text: Int64] = [:]
        for line in lines {
            wanted[line.productId] = (wanted[line.productId] ?? 0).addingSaturated(line.quantity)
        }
        var refused: Rejection?
        for (index, line) in lines.enumerated() {
            do throws(Rejection) {
                let available = try listedProduct(line.productId).stock
                guard reservesStock else { continue }
                try checkStock(of: line.productId, available, for: wanted[line.productId] ?? 0)
            } catch {
                if refused == nil { refused = error }
                refused?.lines.append(
                    Rejection.LineFault(
                        index: index, detail: error.detail, productId: line.productId, available: error.available))
            }
        }
        if let refused { throw refused }
    }

    private func checkStock(of productId: Text, _ available: Int64, for wanted: Int64) throws(Rejection) {
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
