import JSON
import LMDB
import Marketplace

/// The part of the write side's state that is in memory: what `decide` looks at, and remembered commands.
struct DecisionState {
    var marketplace = MarketplaceState()
    var commands: [Text: RememberedCommand] = [:]

    func holds(_ entity: Entity) -> Bool {
        switch entity {
        case .state(.user(let id)): marketplace.users[id] != nil
        case .state(.product(let id)): marketplace.products[id] != nil
        case .state(.order(let id)): marketplace.orders[id] != nil
        case .state(.sku(let sku)): marketplace.skus[sku] != nil
        case .state(.review(let key)): marketplace.reviews[key] != nil
        case .command(let key): commands[key] != nil
        }
    }

    mutating func remove(_ entity: Entity) {
        switch entity {
        case .state(.user(let id)): marketplace.users[id] = nil
        case .state(.product(let id)): marketplace.products[id] = nil
        case .state(.order(let id)): marketplace.orders[id] = nil
        case .state(.sku(let sku)): marketplace.skus[sku] = nil
        case .state(.review(let key)): marketplace.reviews[key] = nil
        case .command(let key): commands[key] = nil
        }
    }

    /// Takes the entity's stored row into memory, if it has one; false when it has none.
    mutating func load<Source: RowSource & ~Copyable>(
        _ entity: Entity, from source: borrowing Source, _ tables: DecisionTables
    ) throws(LMDBError) -> Bool {
        var key = ByteWriter(capacity: 144)
        entity.appendKey(to: &key)
        guard let row = try source.get(tables[entity.table], key.bytes) else { return false }
        switch entity {
        case .state(.user(let id)): marketplace.users[id] = UserState(row: row)
        case .state(.product(let id)): marketplace.products[id] = ProductState(row: row)
        case .state(.order(let id)): marketplace.orders[id] = OrderState(row: row)
        case .state(.sku(let sku)): marketplace.skus[sku] = Text(row)
        case .state(.review(let key)): marketplace.reviews[key] = ReviewState(row: row)
        case .command(let key): commands[key] = RememberedCommand(row: row)
        }
        return true
    }

    /// Writes the entity's row as it is in memory, and counts it in `tally`.
    func store(
        _ entity: Entity, to transaction: inout WriteTransaction, _ tables: DecisionTables, _ tally: inout Tally
    ) throws(LMDBError) {
        var key = ByteWriter(capacity: 144)
        entity.appendKey(to: &key)
        var row = ByteWriter(capacity: 256)
        switch entity {
        case .state(.user(let id)): marketplace.users[id]?.encode(into: &row)
        case .state(.product(let id)): marketplace.products[id]?.encode(into: &row)
        case .state(.order(let id)): marketplace.orders[id]?.encode(into: &row)
        case .state(.sku(let sku)): if let productId = marketplace.skus[sku] { row.append(productId.utf8) }
        case .state(.review(let key)): marketplace.reviews[key]?.encode(into: &row)
        case .command(let key): commands[key]?.encode(into: &row)
        }
        // Nothing is ever forgotten, so what was touched is there.
        precondition(!row.isEmpty, "decision state lost an entity that an event touched")
        let table = entity.table.number
        try transaction.put(tables[entity.table], key.bytes, row.bytes) { tally.remove(table: table, key.bytes, $0) }
        tally.add(table: table, key.bytes, row.bytes)
    }
}
