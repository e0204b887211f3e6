import JSON
import Marketplace

@testable import vitrine_import

/// Decodes and decides commands as a Vitrine does, in memory.
final class MarketplaceSink: Sink {
    let currency: Currency
    private(set) var outcomes = Outcomes()
    var state = MarketplaceState()
    /// Commands that changed nothing.
    private(set) var idle: [String] = []
    /// What was accepted under which key.
    private var hashes: [String: Fingerprint] = [:]
    private(set) var commands: [SubmittedCommand] = []

    init(currency: String = "GBP") { self.currency = Currency(currency)! }

    func submit(_ command: ImportCommand) throws(ImportError) {
        if let key = command.idempotencyKey {
            guard 1...128 ~= key.utf8.count, key.utf8.allSatisfy({ 33...126 ~= $0 }) else {
                throw ImportError("\(key) is no idempotency key")
            }
        }
        do {
            outcomes.add(try decide(command), of: command)
        } catch {
            let refusal = Verdict.Refusal(
                reason: error.kind.rawValue, detail: "\(error.detail) \(error.errors)", available: error.available,
                productId: error.productId, owner: error.owner)
            outcomes.add(.rejected(refusal), of: command)
        }
    }

    func finishBatch() {}

    func takeVerdicts() -> [TaggedVerdict] { outcomes.takeVerdicts() }

    private func decide(_ command: ImportCommand) throws(Rejection) -> Verdict {
        var parser = JSONParser()
        let context = DecodingContext(currency: currency, importsAllowed: true) { "no-id-chosen" }
        let name = Array(command.name.utf8)
        let submitted = try Command.decode(
            name: name.span.bytes, body: command.body.span.bytes, context: context, parser: &parser)
        if let key = command.idempotencyKey {
            if let earlier = hashes[key] {
                guard earlier == submitted.hash else { throw Rejection(.idempotencyKeyReused, key) }
                return .replayed
            }
        }
        commands.append(submitted)
        let decision = Marketplace.decide(submitted.command, state)
        if case .rejected(let rejection) = decision { throw rejection }
        if let key = command.idempotencyKey { hashes[key] = submitted.hash }
        guard case .event(let event) = decision else {
            idle.append("\(submitted.command)")
            return .unchanged
        }
        state.apply(event)
        return .accepted
    }
}
