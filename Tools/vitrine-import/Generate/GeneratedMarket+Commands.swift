import JSON
import Marketplace

extension GeneratedMarket: MarketSource {
    func count(of phase: Phase) -> Int {
        switch phase {
        case .users: size.products == 0 && size.orders == 0 ? 0 : size.sellers + (size.orders == 0 ? 0 : size.customers)
        case .products: size.products
        case .changes: changeCount
        case .orders, .payments, .shipments, .deliveries, .cancellations, .refunds, .reviews: size.orders
        }
    }

    func command(_ phase: Phase, _ index: Int) -> ImportCommand? {
        switch phase {
        case .users: index < size.sellers ? seller(index) : customer(index - size.sellers)
        case .products: product(index)
        case .changes: change(index)
        case .orders: order(index)
        case .payments: fate(ofOrder: index).paidAt.map { next("PayOrder", index, at: $0) }
        case .shipments: fate(ofOrder: index).shippedAt.map { next("ShipOrder", index, at: $0) }
        case .deliveries: fate(ofOrder: index).deliveredAt.map { next("DeliverOrder", index, at: $0) }
        case .cancellations:
            fate(ofOrder: index).cancelledAt.map { next("CancelOrder", index, reasons: Words.cancelReasons, at: $0) }
        case .refunds:
            fate(ofOrder: index).refundedAt.map { next("RefundOrder", index, reasons: Words.refundReasons, at: $0) }
        case .reviews: review(ofOrder: index)
        }
    }

    /// Orders and changes of one round of trade, about.
    private static let roundMax = 20_000

    /// Rounds keep the log in the order of time, as near as a round's days, whatever is decided at the same time.
    var batches: [Batch] {
        var batches = [Phase.users, .products].map { Batch(phase: $0, range: 0..<count(of: $0)) }
        let rounds = 1 + (size.orders + changeCount) / Self.roundMax
        for round in 0..<rounds {
            for phase in Phase.allCases where phase != .users && phase != .products {
                let count = count(of: phase)
                batches.append(Batch(phase: phase, range: (count * round / rounds)..<(count * (round + 1) / rounds)))
            }
        }
        return batches
    }

    private func seller(_ index: Int) -> ImportCommand {
        var chance = chance(.seller, index)
        let name = "\(chance.pick(Words.traders)) \(chance.pick(Words.trades))"
        return make("RegisterUser", key("seller", index)) { body in
            body.field("userId", "s\(index + 1)")
            body.field("name", "\(name) \(index + 1)")
            body.field("role", "seller")
            body.field("country", Words.countries[chance.rank(Words.countries.count)])
            body.field("occurredAt", registeredAt(seller: index))
        }
    }

    private func customer(_ index: Int) -> ImportCommand {
        var chance = chance(.customer, index)
        let name = Self.personName(&chance)
        return make("RegisterUser", key("customer", index)) { body in
            body.field("userId", "c\(index + 1)")
            body.field("name", name)
            body.field("email", "c\(index + 1)@mail.example")
            body.field("role", "customer")
            if !chance.isOne(in: 20) { body.field("country", Words.countries[chance.rank(Words.countries.count)]) }
            body.field("occurredAt", registeredAt(customer: index))
        }
    }

    func name(ofCustomer index: Int) -> String {
        var chance = chance(.customer, index)
        return Self.personName(&chance)
    }

    private static func personName(_ chance: inout SplitMix64) -> String {
        "\(chance.pick(Words.firstNames)) \(chance.pick(Words.lastNames))"
    }

    /// What a product is.
    struct Goods {
        let category: Int
        let kind: String
        let material: String
        let title: String

        init(_ chance: inout SplitMix64, categories: Int) {
            category = chance.rank(categories)
            let goods = Words.goods[category % Words.goods.count]
            kind = goods.kind
            let noun = chance.pick(goods.nouns)
            material = chance.pick(Words.materials)
            let title = "\(chance.pick(Words.looks)) \(chance.pick(Words.colours)) \(material) \(noun)"
            self.title = chance.isOne(in: 4) ? "\(title), Set of \(2 + chance.below(11))" : title
        }
    }

    func goods(ofProduct index: Int) -> Goods {
        var chance = chance(.product, index)
        return Goods(&chance, categories: size.categories)
    }

    /// Units that no order takes. One product in ten is sold out once all orders are in.
    func spareStock(ofProduct index: Int) -> Int {
        var chance = chance(.spareStock, index)
        return chance.isOne(in: 10) ? 0 : 1 + chance.below(200)
    }

    private func product(_ index: Int) -> ImportCommand {
        var chance = chance(.product, index)
        let goods = Goods(&chance, categories: size.categories)
        return make("AddProduct", key("product", index)) { body in
            body.field("productId", "p\(index + 1)")
            body.field("sellerId", "s\(chance.rank(size.sellers) + 1)")
            // Unique for any seller because it ends in the product's number.
            body.field("sku", "\(goods.kind.prefix(3).uppercased())-\(index + 1)")
            body.field("title", goods.title)
            if !chance.isOne(in: 5) {
                body.field(
                    "description", "\(goods.title). \(goods.material), made to last.\nFrom our \(goods.kind) range.")
            }
            body.field("category", Self.categoryName(goods.category))
            body.field("price", money: price(ofProduct: index), currency)
            if !chance.isOne(in: 10) { body.field("imageUrl", "https://images.example/p/\(index + 1).jpg") }
            body.field("stock", Int64(unitsSold[index]) + Int64(spareStock(ofProduct: index)))
            body.field("occurredAt", addedAt(product: index))
        }
    }

    func key(_ kind: String, _ index: Int) -> String { "generate/\(seed)/\(kind)/\(index + 1)" }

    /// Such as `kitchen-lighting`: each of 500 once, then once more with a number.
    static func categoryName(_ index: Int) -> String {
        let (kinds, places) = (Words.goods.count, Words.places.count)
        // For one kind, rounds move the place by 21, which shares no factor with 25: all pairs come before any repeats.
        let name = "\(Words.places[(index / kinds + index) % places])-\(Words.goods[index % kinds].kind)"
        let round = index / (kinds * places)
        return round == 0 ? name : "\(name)-\(round + 1)"
    }
}
