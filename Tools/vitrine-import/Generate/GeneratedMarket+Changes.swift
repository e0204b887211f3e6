import JSON
import Marketplace

/// What changes while the market trades. Each thing changes at most once in each way, so that every change is one. Changes of
/// a product keep their order, as the last says when it was updated.
extension GeneratedMarket {
    private var priceChanges: Int { size.products / 5 }
    private var stockAdjustments: Int { size.products / 10 }
    private var productUpdates: Int { size.products / 50 }
    private var sellerRenames: Int { size.products == 0 ? 0 : size.sellers / 10 }
    private var customerRenames: Int { size.orders == 0 ? 0 : size.customers / 50 }

    var changeCount: Int { priceChanges + stockAdjustments + productUpdates + sellerRenames + customerRenames }

    /// The change with that number, in the order of time. All kinds are mixed.
    func change(_ index: Int) -> ImportCommand {
        var place = Self.scattered(index, changeCount)
        let change = Change(at: changedAt(change: index), key: key("change", index), chance: chance(.change, index))
        if place < priceChanges { return newPrice(ofProduct: Self.scattered(place, size.products), change) }
        place -= priceChanges
        if place < stockAdjustments {
            return adjustment(ofProduct: Self.scattered(size.products - 1 - place, size.products), change)
        }
        place -= stockAdjustments
        if place < productUpdates {
            return update(ofProduct: Self.scattered(priceChanges + place, size.products), change)
        }
        place -= productUpdates
        // The first seller has the most products, so the dearest rename is among them.
        if place < sellerRenames { return rename(ofSeller: 10 * place, change) }
        return rename(ofCustomer: 50 * (place - sellerRenames), change)
    }

    private struct Change {
        let at: Timestamp
        let key: String
        var chance: SplitMix64
    }

    private func newPrice(ofProduct index: Int, _ change: Change) -> ImportCommand {
        var chance = change.chance
        // Never the old one, as no product costs less than 50.
        let percent = chance.isOne(in: 3) ? 105 + chance.below(26) : 60 + chance.below(36)
        return make("ChangePrice", change.key, thing: index) { body in
            body.field("productId", "p\(index + 1)")
            body.field("price", money: price(ofProduct: index) * Amount(percent) / 100, currency)
            body.field("occurredAt", change.at)
        }
    }

    private func adjustment(ofProduct index: Int, _ change: Change) -> ImportCommand {
        var chance = change.chance
        let spare = spareStock(ofProduct: index)
        // No more is lost than the orders leave over.
        let delta = spare > 0 && chance.isOne(in: 2) ? -(1 + chance.below(spare)) : 1 + chance.below(100)
        return make("AdjustStock", change.key, thing: index) { body in
            body.field("productId", "p\(index + 1)")
            body.field("delta", Int64(delta))
            body.field("occurredAt", change.at)
        }
    }

    private func update(ofProduct index: Int, _ change: Change) -> ImportCommand {
        var chance = change.chance
        let goods = goods(ofProduct: index)
        return make("UpdateProduct", change.key, thing: index) { body in
            body.field("productId", "p\(index + 1)")
            body.field("title", "\(goods.title), New Edition")
            body.field("description", "\(goods.title), made anew.\n\(goods.material), better than before.")
            if size.categories > 1, chance.isOne(in: 4) {
                body.field("category", Self.categoryName((goods.category + 1) % size.categories))
            }
            body.field("occurredAt", change.at)
        }
    }

    private func rename(ofSeller index: Int, _ change: Change) -> ImportCommand {
        var chance = change.chance
        return make("UpdateUser", change.key) { body in
            body.field("userId", "s\(index + 1)")
            body.field("name", "\(chance.pick(Words.traders)) \(chance.pick(Words.trades)) Ltd \(index + 1)")
            body.field("occurredAt", change.at)
        }
    }

    private func rename(ofCustomer index: Int, _ change: Change) -> ImportCommand {
        var chance = change.chance
        return make("UpdateUser", change.key) { body in
            body.field("userId", "c\(index + 1)")
            body.field("name", "\(name(ofCustomer: index))-\(chance.pick(Words.lastNames))")
            body.field("occurredAt", change.at)
        }
    }
}
