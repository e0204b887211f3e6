import Marketplace
import Testing

@testable import vitrine_import

@Suite struct ImportRunTests {
    @Test func aBatchIsFinishedBeforeTheNext() throws {
        let sink = RecordingSink()
        var run = ImportRun()
        try run.send(TwoOrders(), to: sink)
        #expect(sink.names == ["users 0", "-", "orders 0", "orders 2", "-"])
    }

    @Test func rejectionsFailTheImport() {
        var outcomes = Outcomes()
        let command = make("AddProduct", "k") { _ in }
        for _ in 0..<1_499 { outcomes.add(.accepted, of: command) }
        outcomes.add(.rejected(.init(reason: "duplicate-id", detail: "p1")), of: command)
        #expect {
            var run = ImportRun()
            try run.finish(outcomes)
        } throws: {
            "\($0)".hasPrefix("1 of 1,500 commands were rejected")
        }
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func numbersAreGrouped(number: Int, text: String) {
        #expect(number.grouped == text)
    }
}

private final class RecordingSink: Sink {
    let currency = Currency("GBP")!
    var names: [String] = []
    let outcomes = Outcomes()
    func submit(_ command: ImportCommand) { names.append(command.name) }
    func finishBatch() { names.append("-") }
    func takeVerdicts() -> [TaggedVerdict] { [] }
}

/// Three orders, of which the second is not there.
private struct TwoOrders: MarketSource {
    let batches = [Batch(phase: .users, range: 0..<1), Batch(phase: .orders, range: 0..<3)]
    func count(of phase: Phase) -> Int { 3 }
    func command(_ phase: Phase, _ index: Int) -> ImportCommand? {
        index == 1 ? nil : make("\(phase.rawValue) \(index)", nil) { _ in }
    }
}
