import JSON
import Marketplace

extension GeneratedMarket {
    /// Who ordered: some come far more often than others, but nobody has a tenth of all orders.
    func customer(ofOrder index: Int) -> Int {
        var chance = chance(.order, index)
        return chance.below(size.customers) * chance.below(size.customers) / size.customers
    }

    /// At the price of the moment, which no line says.
    func order(_ index: Int) -> ImportCommand {
        let lines = Self.lines(ofOrder: index, seed: seed, size: size)
        return make("CreateOrder", key("order", index)) { body in
            body.field("orderId", "o\(index + 1)")
            body.field("customerId", "c\(customer(ofOrder: index) + 1)")
            body.fieldName("lines")
            body.append("[")
            for (number, line) in lines.enumerated() {
                body.append(number == 0 ? "{" : ",{")
                body.field("productId", "p\(line.product + 1)")
                body.field("quantity", Int64(line.quantity))
                body.append("}")
            }
            body.append("]")
            body.field("occurredAt", placedAt(order: index))
        }
    }

    /// A later state of an order, with one of `reasons` if there are any.
    func next(_ command: String, _ index: Int, reasons: [String] = [], at time: Timestamp) -> ImportCommand {
        make(command, key(command, index)) { body in
            body.field("orderId", "o\(index + 1)")
            if !reasons.isEmpty {
                var chance = chance(.reason, index)
                body.field("reason", chance.pick(reasons))
            }
            body.field("occurredAt", time)
        }
    }

    /// What a customer thinks of a product of an order: of every third that was delivered, some days later.
    ///
    /// Reviews of a product keep their order: the last says when it was updated, and what a customer says twice counts once.
    func review(ofOrder index: Int) -> ImportCommand? {
        var chance = chance(.review, index)
        guard chance.isOne(in: 3), let delivered = fate(ofOrder: index).deliveredAt else { return nil }
        let at = Timestamp(milliseconds: delivered.milliseconds + Int64(chance.below(Int(10 * Self.day))))
        guard at < Self.end else { return nil }
        let product = chance.pick(Self.lines(ofOrder: index, seed: seed, size: size)).product
        let rating = rating(ofProduct: product, &chance)
        return make("ReviewProduct", key("review", index), thing: product) { body in
            body.field("productId", "p\(product + 1)")
            body.field("customerId", "c\(customer(ofOrder: index) + 1)")
            body.field("rating", Int64(rating))
            if !chance.isOne(in: 3) { body.field("text", chance.pick(Words.opinions[rating - 1])) }
            body.field("occurredAt", at)
        }
    }

    /// 1 to 5, mostly 4 and 5; products differ, so that their averages do.
    private func rating(ofProduct index: Int, _ chance: inout SplitMix64) -> Int {
        var quality = self.chance(.quality, index)
        switch chance.below(100) + quality.below(40) - 20 {
        case ..<7: return 1
        case ..<14: return 2
        case ..<28: return 3
        case ..<58: return 4
        default: return 5
        }
    }
}
