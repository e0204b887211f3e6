import JSON
import Marketplace

/// One thing that decisions look at, by its id: what is loaded, kept in the overlay, and folded.
enum Entity: Hashable, Sendable {
    case state(Reference)
    /// By its idempotency key.
    case command(Text)

    var table: DecisionTable {
        switch self {
        case .state(.user): .users
        case .state(.product): .products
        case .state(.order): .orders
        case .state(.sku): .skus
        case .state(.review): .reviews
        case .command: .commands
        }
    }

    /// The row's key. A sku stands as its hash behind the seller's id: 128 characters of it would not fit a key.
    func appendKey(to key: inout ByteWriter) {
        switch self {
        case .state(.user(let id)), .state(.product(let id)), .state(.order(let id)), .command(let id):
            key.append(id.utf8)
        case .state(.sku(let sku)):
            key.append(sku.sellerId.utf8)
            key.append(byte: 0)
            let hash = Fingerprint(of: sku.sku)
            key.append(bigEndian: hash.high)
            key.append(bigEndian: hash.low)
        case .state(.review(let review)):
            key.append(review.productId.utf8)
            key.append(byte: 0)
            key.append(review.customerId.utf8)
        }
    }
}

/// The tables of `decisions/`.
enum DecisionTable: Int, CaseIterable {
    case meta, users, products, orders, skus, reviews, commands

    var name: String {
        switch self {
        case .meta: "meta"
        case .users: "users"
        case .products: "products"
        case .orders: "orders"
        case .skus: "skus"
        case .reviews: "reviews"
        case .commands: "commands"
        }
    }

    /// In the digest of every row: never another's.
    var number: UInt8 { UInt8(rawValue) }
}
