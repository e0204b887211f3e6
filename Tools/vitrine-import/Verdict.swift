import Marketplace

/// What became of one command.
enum Verdict: Equatable, Sendable {
    case accepted, replayed, unchanged
    case rejected(Refusal)

    /// Why a command was rejected.
    struct Refusal: Equatable, Sendable {
        /// The problem's name, such as `duplicate-id`.
        var reason: String
        var detail: String
        /// Units left, when too few were there.
        var available: Int64?
        /// The product that has the sku, when that is taken.
        var productId: Text?
        /// Whose the product is, when its id is taken.
        var owner: SellerSKU?
    }
}

/// The verdict on the command with that tag.
struct TaggedVerdict: Equatable, Sendable {
    let tag: Int
    let verdict: Verdict
}
