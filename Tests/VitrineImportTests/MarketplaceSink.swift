import JSON
import Marketplace

@testable import vitrine_import

/// Decodes and decides commands as a Vitrine does, in memory.
final class MarketplaceSink: Sink {
    private(set) var outcomes = Outcomes()
    private(set) var state = MarketplaceState()
    private(set) var commands: [SubmittedCommand] = []

    func submit(_ command: ImportCommand) throws(ImportError) {
        guard 1...128 ~= command.idempotencyKey.utf8.count, command.idempotencyKey.utf8.allSatisfy({ 33...126 ~= $0 })
        else { throw ImportError("\(command.idempotencyKey) is no idempotency key") }
        do {
            try decide(command)
            outcomes.accepted += 1
        } catch {
            outcomes.addRejection(of: command, reason: error.kind.rawValue, detail: "\(error.detail) \(error.errors)")
        }
    }

    func finishPhase() {}

    private func decide(_ command: ImportCommand) throws(Rejection) {
        var parser = JSONParser()
        let context = DecodingContext(currency: Currency("GBP")!, importsAllowed: true) { "no-id-chosen" }
        let name = Array(command.name.utf8)
        let submitted = try Command.decode(
            name: name.span.bytes, body: command.body.span.bytes, context: context, parser: &parser)
        commands.append(submitted)
        switch Marketplace.decide(submitted.command, state) {
        case .event(let event): state.apply(event)
        case .unchanged: break
        case .rejected(let rejection): throw rejection
        }
    }
}
