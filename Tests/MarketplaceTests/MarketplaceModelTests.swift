import Marketplace
import Testing

/// Long random runs against a naive recomputation from all events.
@Suite struct MarketplaceModelTests {
    @Test func theStateIsWhatItsEventsSay() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("theStateIsWhatItsEventsSay: seed \(seed)")
        var random = RandomMarket(seed: seed)
        var state = MarketplaceState()
        var events: [Event] = []
        for step in 0..<6_000 {
            let command = random.command()
            switch decide(command, state) {
            case .event(let event):
                expectLoaded(event, command)
                events.append(event)
                let before = state
                state.apply(event)
                #expect(state != before)
                // Asked again the command is refused or finds nothing to do, unless it is one that adds up.
                if case .event = decide(command, state), !command.addsUp { Issue.record("twice: \(command)") }
            case .unchanged, .rejected: break
            }
            #expect(state.products.values.allSatisfy { Bounds.stock.contains($0.stock) })
            if step % 500 == 499 { expectRecomputed(state, events) }
        }
        #expect(events.count > 500)
        #expect(Set(events.map { "\($0.type)" }).count == 14)
    }

    @Test func aDecisionNeedsOnlyWhatTheCommandRefersTo() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("aDecisionNeedsOnlyWhatTheCommandRefersTo: seed \(seed)")
        var random = RandomMarket(seed: seed)
        var state = MarketplaceState()
        for _ in 0..<6_000 {
            let command = random.command()
            let decision = decide(command, state)
            var part = state.part(command.references)
            #expect(decide(command, part) == decision)
            guard case .event(let event) = decision else { continue }
            part = state.part(command.references + event.references)
            state.apply(event)
            part.apply(event)
            #expect(part == state.part(command.references + event.references))
        }
    }

    /// What an event touches is what its command named, but for the stock that a cancelled order goes back to.
    private func expectLoaded(_ event: Event, _ command: Command) {
        var known = Set(command.references)
        if case .orderCancelled(let event) = event { known.formUnion(event.returned.map { .product($0.productId) }) }
        #expect(Set(event.references).isSubset(of: known))
    }

    /// Stock, skus and names by adding up every event from the beginning, one question at a time.
    private func expectRecomputed(_ state: MarketplaceState, _ events: [Event]) {
        var skus: Set<SellerSKU> = []
        for event in events {
            if case .productAdded(let added) = event {
                #expect(
                    skus.insert(SellerSKU(sellerId: added.sellerId, sku: added.sku)).inserted, "a sku was taken twice")
                #expect(state.skus[SellerSKU(sellerId: added.sellerId, sku: added.sku)] == added.productId)
                #expect(state.users[added.sellerId]?.role == .seller)
            }
        }
        #expect(state.skus.count == skus.count)
        for (id, product) in state.products {
            var stock: Int64 = 0
            var listStock: Int64?
            var price: Amount = 0
            var title: Text = ""
            for event in events where event.mentions(product: id) {
                switch event {
                case .productAdded(let added):
                    (stock, price, title) = (added.stock, added.price, added.title)
                    listStock = added.listStock
                case .productUpdated(let updated): title = updated.title ?? title
                case .priceChanged(let changed): price = changed.price
                case .stockAdjusted(let adjusted):
                    stock += adjusted.delta
                    listStock = adjusted.listStock ?? listStock
                    // A list's value is what there is when it is said.
                    if let said = adjusted.listStock { #expect(stock == said) }
                case .orderCreated(let order) where order.status != .cancelled:
                    for line in order.lines where line.productId == id { stock -= line.quantity }
                case .orderCancelled(let cancelled):
                    for line in events.created(cancelled.orderId)?.lines ?? [] where line.productId == id {
                        stock += line.quantity
                    }
                default: break
                }
                #expect(stock >= 0)
            }
            #expect(product.stock == stock)
            #expect(product.listStock == listStock)
            #expect(product.price == price)
            #expect(product.title == title)
        }
        for case .orderCreated(let order) in events {
            #expect(order.total == order.lines.reduce(0) { $0 + $1.quantity * $1.unitPrice })
            let last = events.last { $0.subject == order.orderId && $0.status != nil }
            #expect(state.orders[order.orderId]?.status == last?.status)
            #expect(state.users[order.customerId]?.role == .customer)
        }
    }
}

extension Command {
    /// Whether the same command again has an effect again.
    fileprivate var addsUp: Bool {
        if case .adjustStock(let command) = self, case .by = command.change { true } else { false }
    }
}

extension [Event] {
    fileprivate func created(_ orderId: Text) -> OrderCreated? {
        for case .orderCreated(let order) in self where order.orderId == orderId { return order }
        return nil
    }
}

extension Event {
    /// The status that an order comes to by it.
    fileprivate var status: OrderStatus? {
        switch self {
        case .orderCreated(let event): event.status
        case .orderPaid: .paid
        case .orderShipped: .shipped
        case .orderDelivered: .delivered
        case .orderCancelled: .cancelled
        case .orderRefunded: .refunded
        default: nil
        }
    }

    fileprivate func mentions(product id: Text) -> Bool {
        if case .orderCreated(let order) = self { return order.lines.contains { $0.productId == id } }
        if case .orderCancelled(let order) = self { return order.returned.contains { $0.productId == id } }
        return subject == id
    }
}

extension MarketplaceState {
    /// Only the entries that are referred to.
    fileprivate func part(_ references: [Reference]) -> MarketplaceState {
        var part = MarketplaceState()
        for reference in references {
            switch reference {
            case .user(let id): part.users[id] = users[id]
            case .product(let id): part.products[id] = products[id]
            case .order(let id): part.orders[id] = orders[id]
            case .sku(let sku): part.skus[sku] = skus[sku]
            case .review(let key): part.reviews[key] = reviews[key]
            }
        }
        return part
    }
}
