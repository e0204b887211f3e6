import Marketplace

/// What an import sends.
enum Phase: String, CaseIterable, Sendable {
    case users, products, changes, orders, payments, shipments, deliveries, cancellations, refunds, reviews
}

/// Commands that may be decided in any order among each other, but for those about the same thing: `range` of a phase.
struct Batch: Equatable {
    let phase: Phase
    let range: Range<Int>
}

/// A market that can be imported: its commands by phase and number, made when they are asked for.
protocol MarketSource {
    /// How many numbers a phase has.
    func count(of phase: Phase) -> Int

    /// The command with that number, from 0, of a phase: the same each time; nil when there is none.
    func command(_ phase: Phase, _ index: Int) -> ImportCommand?

    /// All phases in pieces that are sent one after another: an order needs its customer and its products, a product its
    /// seller.
    var batches: [Batch] { get }
}

extension MarketSource {
    var batches: [Batch] { Phase.allCases.map { Batch(phase: $0, range: 0..<count(of: $0)) } }
}
