import Marketplace
import Testing

@testable import vitrine_import

/// A file that is imported again, grown or not.
@Suite struct RetailImportTests {
    private static let first = """
        1,A,RED MUG,2,2011-01-01 10:00:00,1.00,100,Spain
        1,B,BLUE BOX,3,2011-01-01 10:00:00,2.50,100,Spain
        2,A,RED MUG,4,2011-01-02 10:00:00,1.10,200,France

        """
    /// New orders of known and new customers for known and new products, and an earlier row that says more of both.
    private static let rest = """
        3,A,RED MUG,5,2011-01-03 10:00:00,1.20,100,Spain
        3,C,GREEN CUP,1,2011-01-03 10:00:00,4.00,100,Spain
        4,C,GREEN CUP,2,2011-01-04 10:00:00,4.50,300,Italy
        5,B,OLD BOX,1,2010-12-31 10:00:00,2.00,200,Malta

        """

    @Test func theSameFileAgainChangesNothing() throws {
        let sink = MarketplaceSink()
        #expect(try send(Self.first, to: sink).accepted == 3 + 2 + 2)
        let state = sink.state
        let again = try send(Self.first, to: sink)
        #expect(again.replayed == 7 && again.rejected == 0)
        #expect(sink.state == state)
    }

    @Test func theRestOfAFileThatGrewComesIn() throws {
        let (sink, whole) = (MarketplaceSink(), MarketplaceSink())
        _ = try send(Self.first, to: sink)
        let grown = try send(Self.first + Self.rest, to: sink)
        #expect(grown.firstRejections == [] && grown.rejected == 0)
        // All is as if the whole file had come at once, but for when somebody joined and how the last price came about.
        _ = try send(Self.first + Self.rest, to: whole)
        #expect(sink.state.orders == whole.state.orders && sink.state.users == whole.state.users)
        #expect(sink.state.products == whole.state.products)
        #expect(sink.state.products.values.allSatisfy { $0.stock == 0 })
        #expect(sink.state.products["A"]?.price == 120 && sink.state.products["B"]?.title == "OLD BOX")
        #expect(sink.state.users["200"]?.country == "Malta")

        // The grown file again, and the older one, change nothing, also of what was done since.
        sink.state.products["A"]?.price = 999
        sink.state.products["A"]?.stock = 7
        let state = sink.state
        for lines in [Self.first + Self.rest, Self.first] {
            let again = try send(lines, to: sink)
            #expect(again.rejected == 0 && again.accepted == 0)
            #expect(sink.state == state)
        }
    }

    @Test func anImportThatWasCutOffIsCompletedByTheNext() throws {
        for limit in 1...40 {
            let sink = MarketplaceSink()
            _ = try send(Self.first, to: sink)
            let cut = CutSink(sink, after: limit)
            _ = try? send(Self.first + Self.rest, to: cut)
            _ = sink.takeVerdicts()
            #expect(try send(Self.first + Self.rest, to: sink).firstRejections == [], "cut off after \(limit)")
            #expect(sink.state.orders.count == 5 && sink.state.products.values.allSatisfy { $0.stock == 0 })
            #expect(sink.state.products["A"]?.price == 120)
            if cut.isWhole { return }
        }
        Issue.record("no import was whole")
    }

    @Test func anOrderThatHasOtherRowsStaysAndIsNamed() throws {
        let sink = MarketplaceSink()
        _ = try send(Self.first, to: sink)
        let before = sink.state.orders["2"]
        let grown = try send(Self.first + "2,B,BLUE BOX,1,2011-01-02 10:00:00,2.50,200,France\n" + Self.rest, to: sink)
        #expect(grown.rejectedByReason == ["order-changed": 1])
        #expect(
            grown.firstRejections == [
                "CreateOrder retail/order/2: order-changed: it is there with other rows, another customer or another time, "
                    + "and stays as it was placed"
            ])
        #expect(sink.state.orders["2"] == before && sink.state.orders.count == 5)
    }

    @Test func anotherProductOfTheSameIdIsNeitherChangedNorSold() throws {
        let sink = MarketplaceSink()
        _ = try send("1,A 1,SPACE,2,2011-01-01 10:00:00,1.00,100,Spain\n", to: sink)
        sink.state.users["bob"] = UserState(role: .seller, name: "Bob")
        sink.state.products["Z"] = ProductState(
            sellerId: "bob", sku: "Z", title: "Bob's", category: "c", price: 5, stock: 50, isDiscontinued: false)
        let before = sink.state.products
        let outcome = try send(
            """
            2,A/1,SLASH,2,2011-01-02 10:00:00,3.00,100,Spain
            3,Z,ZED,2,2011-01-02 10:00:00,3.00,100,Spain
            4,Y,WHY,2,2011-01-02 10:00:00,3.00,100,Spain

            """, to: sink)
        #expect(outcome.rejectedByReason == ["duplicate-id": 4])
        #expect(sink.state.products["A_1"] == before["A_1"] && sink.state.products["Z"] == before["Z"])
        #expect(sink.state.orders.keys.sorted { "\($0)" < "\($1)" } == ["1", "4"])
    }

    @Test(arguments: [("JPY", 1_200), ("KWD", 1_200_000), ("GBP", 120_000)])
    func pricesAreInTheCurrencysOwnMinorUnits(currency: String, amount: Int64) throws {
        let sink = MarketplaceSink(currency: currency)
        _ = try send("1,A,MUG,1,2011-01-01 10:00:00,1200,100,Japan\n", to: sink)
        #expect(sink.state.products["A"]?.price == amount)
    }

    @Test func skippedLinesFailTheImportOnlyWhenTheyAreBroken() throws {
        let fine = try market("C2,A,MUG,-1,2011-01-01 10:00:00,1,100,Spain\n" + Self.first)
        let broken = try market(Self.first + "9,A,MUG,1,2011-01-01 10:00:00,cheap,100,Spain\n")
        var run = ImportRun()
        #expect(throws: Never.self) { try run.finish(Outcomes(), skipped: fine.skipped.malformed) }
        #expect {
            try run.finish(Outcomes(), skipped: broken.skipped.malformed)
        } throws: {
            "\($0)".hasPrefix("1 lines were skipped as they cannot be read")
        }
    }

    private func market(_ lines: String, _ currency: Currency = Currency("GBP")!) throws -> RetailMarket {
        try RetailMarket(reading: reader(of: RetailMarketTests.header + lines), named: "test.csv", currency: currency)
    }

    private func send(_ lines: String, to sink: any Sink) throws -> Outcomes {
        var retail = RetailImport(try market(lines, sink.currency))
        try retail.send(to: sink)
        return retail.outcomes
    }
}

/// Breaks off after some commands, as a process does that is killed.
private final class CutSink: Sink {
    private let sink: MarketplaceSink
    private var left: Int

    init(_ sink: MarketplaceSink, after count: Int) { (self.sink, left) = (sink, count) }

    var isWhole: Bool { left >= 0 }
    var currency: Currency { sink.currency }
    var outcomes: Outcomes { sink.outcomes }

    func submit(_ command: ImportCommand) throws(ImportError) {
        left -= 1
        guard left >= 0 else { throw ImportError("cut off") }
        try sink.submit(command)
    }

    func finishBatch() { sink.finishBatch() }
    func takeVerdicts() -> [TaggedVerdict] { sink.takeVerdicts() }
}
