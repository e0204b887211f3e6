import JSON
import Marketplace

extension GeneratedMarket: MarketSource {
    func count(of phase: Phase) -> Int {
        switch phase {
        case .users: size.products == 0 && size.orders == 0 ? 0 : size.sellers + (size.orders == 0 ? 0 : size.customers)
        case .products: size.products
        case .changes: 0
        case .orders: size.orders
        }
    }

    func command(_ phase: Phase, _ index: Int) -> ImportCommand? {
        switch phase {
        case .users: index < size.sellers ? seller(index) : customer(index - size.sellers)
        case .products: product(index)
        case .changes: nil
        case .orders: order(index)
        }
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
        return make("RegisterUser", key("customer", index)) { body in
            body.field("userId", "c\(index + 1)")
            body.field("name", "\(chance.pick(Words.firstNames)) \(chance.pick(Words.lastNames))")
            body.field("email", "c\(index + 1)@mail.example")
            body.field("role", "customer")
            if !chance.isOne(in: 20) { body.field("country", Words.countries[chance.rank(Words.countries.count)]) }
            body.field("occurredAt", registeredAt(customer: index))
        }
    }

    private func product(_ index: Int) -> ImportCommand {
        var chance = chance(.product, index)
        let category = chance.rank(size.categories)
        let goods = Words.goods[category % Words.goods.count]
        let noun = chance.pick(goods.nouns)
        let material = chance.pick(Words.materials)
        var title = "\(chance.pick(Words.looks)) \(chance.pick(Words.colours)) \(material) \(noun)"
        if chance.isOne(in: 4) { title += ", Set of \(2 + chance.below(11))" }
        return make("AddProduct", key("product", index)) { body in
            body.field("productId", "p\(index + 1)")
            body.field("sellerId", "s\(chance.rank(size.sellers) + 1)")
            // Unique for any seller because it ends in the product's number.
            body.field("sku", "\(goods.kind.prefix(3).uppercased())-\(index + 1)")
            body.field("title", title)
            if !chance.isOne(in: 5) {
                body.field("description", "\(title). \(material), made to last.\nFrom our \(goods.kind) range.")
            }
            body.field("category", Self.categoryName(category))
            body.field("price", money: price(ofProduct: index), currency)
            if !chance.isOne(in: 10) { body.field("imageUrl", "https://images.example/p/\(index + 1).jpg") }
            // One in ten is sold out once all orders are in.
            body.field("stock", Int64(unitsSold[index]) + Int64(chance.isOne(in: 10) ? 0 : 1 + chance.below(200)))
            body.field("occurredAt", addedAt(product: index))
        }
    }

    private func order(_ index: Int) -> ImportCommand {
        var chance = chance(.order, index)
        let lines = Self.lines(ofOrder: index, seed: seed, size: size)
        return make("CreateOrder", key("order", index)) { body in
            body.field("orderId", "o\(index + 1)")
            body.field("customerId", "c\(Self.scattered(chance.rank(size.customers), size.customers) + 1)")
            body.fieldName("lines")
            body.append("[")
            for (number, line) in lines.enumerated() {
                body.append(number == 0 ? "{" : ",{")
                body.field("productId", "p\(line.product + 1)")
                body.field("quantity", Int64(line.quantity))
                body.field("unitPrice", money: price(ofProduct: line.product), currency)
                body.append("}")
            }
            body.append("]")
            body.field("status", status(&chance))
            body.field("occurredAt", placedAt(order: index))
        }
    }

    private func status(_ chance: inout SplitMix64) -> String {
        switch chance.below(20) {
        case 0: "created"
        case 1, 2: "paid"
        case 3, 4: "shipped"
        default: "delivered"
        }
    }

    private func key(_ kind: String, _ index: Int) -> String { "generate/\(seed)/\(kind)/\(index + 1)" }

    /// Such as `kitchen-lighting`: each of 500 once, then once more with a number.
    static func categoryName(_ index: Int) -> String {
        let (kinds, places) = (Words.goods.count, Words.places.count)
        // For one kind, rounds move the place by 21, which shares no factor with 25: all pairs come before any repeats.
        let name = "\(Words.places[(index / kinds + index) % places])-\(Words.goods[index % kinds].kind)"
        let round = index / (kinds * places)
        return round == 0 ? name : "\(name)-\(round + 1)"
    }
}
