extension MarketplaceState {
    /// Takes in what happened. Events are facts: nothing is checked again. What the event touches (`event.references`) must
    /// be loaded; an update of what is not here changes nothing.
    public mutating func apply(_ event: Event) {
        switch event {
        case .userRegistered(let event):
            users[event.userId] = UserState(
                role: event.role, name: event.name, email: event.email.map { Fingerprint(of: $0) },
                country: event.country)
        case .userUpdated(let event): users[event.userId]?.apply(event)
        case .productAdded(let event):
            products[event.productId] = ProductState(event)
            skus[SellerSKU(sellerId: event.sellerId, sku: event.sku)] = event.productId
        case .productUpdated(let event): products[event.productId]?.apply(event)
        case .priceChanged(let event): products[event.productId]?.price = event.price
        // Wrapping: `decide` holds stock within its bounds, and a log that is no work of `decide` must not trap.
        case .stockAdjusted(let event):
            products[event.productId]?.stock &+= event.delta
            if let listStock = event.listStock { products[event.productId]?.listStock = listStock }
        case .productDiscontinued(let event): products[event.productId]?.isDiscontinued = true
        case .orderCreated(let event):
            orders[event.orderId] = OrderState(event)
            guard event.status.reservesStock else { return }
            for line in event.lines { products[line.productId]?.stock &-= line.quantity }
        case .orderPaid(let event): orders[event.orderId]?.move(to: .paid)
        case .orderShipped(let event): orders[event.orderId]?.move(to: .shipped)
        case .orderDelivered(let event): orders[event.orderId]?.move(to: .delivered)
        case .orderCancelled(let event):
            orders[event.orderId]?.move(to: .cancelled)
            for units in event.returned { products[units.productId]?.stock &+= units.quantity }
        case .orderRefunded(let event): orders[event.orderId]?.move(to: .refunded)
        case .productReviewed(let event):
            reviews[ReviewKey(productId: event.productId, customerId: event.customerId)] = ReviewState(
                rating: event.rating, text: event.text.map { Fingerprint(of: $0) })
        }
    }
}

extension UserState {
    fileprivate mutating func apply(_ event: UserUpdated) {
        if let name = event.name { self.name = name }
        email.apply(event.email) { Fingerprint(of: $0) }
        country.apply(event.country) { $0 }
    }
}

extension ProductState {
    fileprivate init(_ event: ProductAdded) {
        self.init(
            sellerId: event.sellerId, sku: event.sku, title: event.title, category: event.category,
            description: event.description.map { Fingerprint(of: $0) },
            imageUrl: event.imageUrl.map { Fingerprint(of: $0) }, price: event.price, stock: event.stock,
            listStock: event.listStock, isDiscontinued: false)
    }

    fileprivate mutating func apply(_ event: ProductUpdated) {
        if let title = event.title { self.title = title }
        if let category = event.category { self.category = category }
        description.apply(event.description) { Fingerprint(of: $0) }
        imageUrl.apply(event.imageUrl) { Fingerprint(of: $0) }
    }
}

extension Optional {
    fileprivate mutating func apply(_ change: Change<Text>, _ stored: (Text) -> Wrapped) {
        switch change {
        case .keep: break
        case .clear: self = nil
        case .set(let value): self = stored(value)
        }
    }
}
