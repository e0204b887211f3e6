import Marketplace
import Testing

@testable import vitrine_import

@Suite struct ImportRunTests {
    @Test func phasesAreSentInOrder() throws {
        let sink = RecordingSink()
        var run = ImportRun()
        try run.send(GeneratedMarket(seed: 1, size: .init(products: 3, orders: 2)), to: sink)
        #expect(
            sink.names == [
                "RegisterUser", "RegisterUser", "-", "AddProduct", "AddProduct", "AddProduct", "-", "-",
                "CreateOrder", "CreateOrder", "-",
            ])
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
