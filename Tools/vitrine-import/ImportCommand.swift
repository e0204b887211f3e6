/// One command of the contract, ready to be sent or decided offline.
struct ImportCommand: Equatable, Sendable {
    /// The contract's name of the command, such as `AddProduct`.
    let name: String
    /// The same for the same thing in every run, so that a second run replays the first: 1–128 visible ASCII characters.
    let idempotencyKey: String
    /// The command's fields as JSON.
    let body: [UInt8]
}

/// What is sent in which order: an order needs its customer and its products, a product its seller.
enum Phase: String, CaseIterable, Sendable {
    case users, products, orders
}

/// A market that can be imported: its commands by phase and number, made when they are asked for.
protocol MarketSource {
    /// How many commands a phase has.
    func count(of phase: Phase) -> Int

    /// The command with that number, from 0, of a phase: the same each time.
    func command(_ phase: Phase, _ index: Int) -> ImportCommand
}
