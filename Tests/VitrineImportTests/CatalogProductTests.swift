import Marketplace
import Testing

@testable import vitrine_import

/// Which product of a market a line of a list is about, and what becomes of its stock and its seller.
@Suite struct CatalogProductTests {
    private static let header = "sku,seller,title,category,price,stock\n"
    private static let headerWithIds = "productId,sku,seller,title,category,price,stock\n"

    @Test func eachListSetsTheStockThatItSays() throws {
        let sink = MarketplaceSink()
        for stock: Int64 in [0, 5, 0, 5] {
            _ = try send("mug,anna,Mug,home,1.00,\(stock)\n", to: sink)
            #expect(sink.state.products["mug"]?.stock == stock)
        }
        // Two are sold; a list says what is left, and the next one five again.
        sink.state.products["mug"]?.stock = 3
        #expect(try send("mug,anna,Mug,home,1.00,3\n", to: sink).updated == 1)
        #expect(try send("mug,anna,Mug,home,1.00,5\n", to: sink).updated == 1)
        #expect(sink.state.products["mug"]?.stock == 5)
        #expect(try send("mug,anna,Mug,home,1.00,5\n", to: sink).unchanged == 1)
    }

    @Test func nothingIsRememberedByAKey() throws {
        let sink = RecordingSink(MarketplaceSink())
        for _ in 0..<2 { _ = try send("mug,anna,Mug,home,1.00,5\n", to: sink) }
        #expect(sink.commands.allSatisfy { $0.idempotencyKey == nil } && sink.commands.count > 4)
    }

    @Test func anotherSellersProductIsNeverTouched() throws {
        let sink = MarketplaceSink()
        _ = try send("X1,anna,Anna's,home,1.00,5\n", to: sink)
        let before = sink.state.products["X1"]
        // The same sku is another product of another seller, and gets an id of its own, again and again.
        #expect(try send("X1,bob,Bob's,home,2.00,7\n", to: sink).added == 1)
        #expect(try send("X1,bob,Bob's too,home,2.00,7\n", to: sink).updated == 1)
        #expect(sink.state.products["X1"] == before && sink.state.products.count == 2)
        let bobs = try #require(sink.state.products.first { $0.key != "X1" })
        #expect(bobs.value.sellerId == "bob" && bobs.value.title == "Bob's too" && bobs.value.stock == 7)
        #expect("\(bobs.key)".wholeMatch(of: /X1~[0-9a-f]{16}/) != nil)

        // An id that the file names is no other.
        let taken = try send(
            ids: "X1,X2,bob,Bob's,home,2.00,7\nY,Y,bob,Y,home,1,1\n", to: sink)
        #expect(taken.added == 1)
        #expect(
            taken.summary.contains(
                "  1 productId, first at line 2: 'X1' is a product of seller 'anna' with the sku 'X1'"),
            "\(taken.summary)")
        #expect(sink.state.products["X1"] == before)
        #expect(throws: ImportError.self) {
            var run = ImportRun()
            try run.finish(taken, named: "test.csv")
        }
    }

    @Test func skusOfOneIdBecomeTwoProducts() throws {
        let sink = MarketplaceSink()
        for _ in 0..<2 {
            _ = try send("A 1,anna,Space,home,1.00,5\n", to: sink)
            _ = try send("A/1,anna,Slash,home,2.00,6\n", to: sink)
        }
        // And in one list, in either order.
        #expect(try send("A/1,anna,Slash,home,2.00,6\nA 1,anna,Space,home,1.00,5\n", to: sink).unchanged == 2)
        #expect(sink.state.products.count == 2)
        #expect(sink.state.products["A_1"]?.title == "Space")
        #expect(sink.state.products.values.contains { $0.sku == "A/1" && $0.title == "Slash" && $0.stock == 6 })
    }

    @Test func aListFindsItsProductsUnderAnyId() throws {
        let sink = MarketplaceSink()
        _ = try send(ids: "p-77,mug,anna,Mug,home,1.00,5\n", to: sink)
        #expect(try send("mug,anna,New Mug,home,1.00,5\n", to: sink).updated == 1)
        #expect(sink.state.products["p-77"]?.title == "New Mug" && sink.state.products.count == 1)
        // Without a sku the id stands in for it.
        let byId = try CatalogReader(name: "test.csv", currency: sink.currency).read(
            csv: reader(of: "productId,seller,title,category,price,stock\np-77,anna,Old Mug,home,1.00,5\n"))
        #expect(try send(byId, to: sink).updated == 1)
        #expect(sink.state.products["p-77"]?.title == "Old Mug" && sink.state.products["p-77"]?.sku == "mug")
        // A named id that is not the sku's.
        let other = try send(ids: "p-78,mug,anna,Mug,home,1.00,5\nq,q,anna,Q,home,1,1\n", to: sink)
        #expect(
            other.summary.contains(
                "  1 sku, first at line 2: 'mug' of seller 'anna' is the product 'p-77', not 'p-78'"),
            "\(other.summary)")
    }

    @Test(arguments: ["/", "-i", "é", String(repeating: "x", count: 128), "…mug"])
    func everySKUGetsAnId(sku: String) throws {
        let sink = MarketplaceSink()
        for _ in 0..<2 { _ = try send("\(sku),anna,T,home,1.00,5\n", to: sink) }
        #expect(sink.state.products.count == 1 && sink.state.products.values.first?.sku == Text(sku))
    }

    @Test func aChangedSellerNameIsTaken() throws {
        let sink = MarketplaceSink()
        let header = "sku,seller,sellerName,title,category,price,stock\n"
        func send(_ name: String) throws -> CatalogImport {
            let list = try CatalogReader(name: "test.csv", currency: sink.currency).read(
                csv: reader(of: header + "mug,anna,\(name),Mug,home,1.00,5\n"))
            return try self.send(list, to: sink)
        }
        #expect(try send("Anna").sellersAdded == 1)
        let renamed = try send("Anna & Co")
        #expect(renamed.sellersRenamed == 1 && sink.state.users["anna"]?.name == "Anna & Co")
        #expect(renamed.summary.contains("sellers   0 registered, 1 known, 1 renamed"))
        #expect(try send("Anna & Co").sellersRenamed == 0)
        // Without a name it keeps the one it has; an older list sets its own again.
        #expect(try send("").sellersRenamed == 0)
        #expect(try send("Anna").sellersRenamed == 1)
    }

    @Test func aCustomerIsNotRenamed() throws {
        let sink = MarketplaceSink()
        sink.state.users["anna"] = UserState(role: .customer, name: "Anna")
        let list = try CatalogReader(name: "test.csv", currency: sink.currency).read(
            csv: reader(of: "sku,seller,sellerName,title,category,price,stock\nmug,anna,Shop,Mug,home,1.00,5\n"))
        #expect(try send(list, to: sink).rejected.count("wrong-role") == 1)
        #expect(sink.state.users["anna"]?.name == "Anna")
    }

    // MARK: Messages

    @Test func faultsQuoteTheValueUnderTheFilesOwnName() throws {
        let list = try CatalogReader(name: "test.csv", currency: Currency("GBP")!).read(
            csv: reader(
                of: """
                    SKU,Seller,Title,Category,Amount,In Stock,stock
                    a,anna,A,home,100,?,5
                    b,anna,B,home,0,?,5
                    c,anna,,home,100,?,5
                    d,an na,D,home,100,?,5
                    e,anna,E\u{99}F,home,100,?,5
                    f,anna,F,home,1.5,?,5
                    a,anna,A,home,100,?,5
                    """))
        #expect(list.unknown == ["In Stock"])
        for line in [
            "1 SKU, first at line 8: 'a' is an earlier line's",
            "1 Seller, first at line 5: 'an na': Expected 1 to 64 characters of A–Z a–z 0–9 . _ ~ : -, first a letter or digit.",
            "2 Amount, first at line 3, 7: '0': Expected an integer from 1 to 99999999999.; '1.5' is no whole number",
            "2 Title, first at line 4, 6: is empty; 'E\\u{99}F': There must be no control characters: character 2 is U+0099.",
        ] { #expect(list.skipped.summary.contains(line), "\(list.skipped.summary)") }
    }

    @Test func linesThatAreNoUTF8SayWhatTheySeemToBe() throws {
        func skipped(_ title: [UInt8]) throws -> [String] {
            let bytes = Array((Self.header + "a,anna,A,home,1,1\nb,anna,").utf8) + title + Array(",home,1,1\n".utf8)
            return try CatalogReader(name: "test.csv", currency: Currency("GBP")!).read(csv: reader(of: bytes)).skipped
                .summary
        }
        #expect(
            try skipped(Array("Caf".utf8) + [0xE9]) == [
                "1 title, first at line 3: is not UTF-8: character 4 is the byte 0xE9; "
                    + "the file seems to be ISO 8859-1 or Windows-1252, save it as UTF-8"
            ])
        #expect(
            try skipped(Array("é".utf8) + [0x99])[0].contains(
                "character 2 is the byte 0x99; the file seems to be Windows-1252,"))
    }

    @Test(arguments: [
        ("sku;seller;title;category;price;stock\n", "(it seems to be separated by semicolons: save it with commas)"),
        ("sku\tseller\ttitle\n", "(it seems to be separated by tabs: save it with commas)"),
        ("sku|seller|title\n", "(it seems to be separated by '|': save it with commas)"),
        ("\u{0}s\u{0}k", "test.csv: the file seems to be UTF-16"),
    ])
    func filesOfAnotherFormAreNamed(text: String, reason: String) {
        #expect {
            try CatalogReader(name: "test.csv", currency: Currency("GBP")!).read(csv: reader(of: text))
        } throws: {
            "\($0)".contains(reason)
        }
    }

    @Test func utf16IsNamedByItsMark() {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x73, 0], [0xFE, 0xFF, 0, 0x73]] {
            #expect(throws: ImportError.self) {
                try CatalogReader(name: "test.csv", currency: Currency("GBP")!).read(csv: reader(of: bytes))
            }
            var rest = bytes[...]
            let lines = LineReader { buffer in
                let chunk = rest.prefix(buffer.count)
                rest = rest.dropFirst(chunk.count)
                buffer.copyBytes(from: chunk)
                return chunk.count
            }
            #expect {
                try CatalogReader(name: "test.ndjson", currency: Currency("GBP")!).read(lines: lines)
            } throws: {
                "\($0)".hasPrefix("test.ndjson: the file seems to be UTF-16")
            }
        }
    }

    private func send(_ lines: String, to sink: any Sink) throws -> CatalogImport {
        try send(
            CatalogReader(name: "test.csv", currency: sink.currency).read(csv: reader(of: Self.header + lines)),
            to: sink)
    }

    private func send(ids lines: String, to sink: any Sink) throws -> CatalogImport {
        try send(
            CatalogReader(name: "test.csv", currency: sink.currency).read(csv: reader(of: Self.headerWithIds + lines)),
            to: sink)
    }

    private func send(_ list: CatalogList, to sink: any Sink) throws -> CatalogImport {
        var catalog = CatalogImport(list)
        try catalog.send(to: sink)
        return catalog
    }
}

/// Notes what goes through it.
private final class RecordingSink: Sink {
    private let sink: MarketplaceSink
    private(set) var commands: [ImportCommand] = []

    init(_ sink: MarketplaceSink) { self.sink = sink }

    var currency: Currency { sink.currency }
    var outcomes: Outcomes { sink.outcomes }

    func submit(_ command: ImportCommand) throws(ImportError) {
        commands.append(command)
        try sink.submit(command)
    }

    func finishBatch() { sink.finishBatch() }
    func takeVerdicts() -> [TaggedVerdict] { sink.takeVerdicts() }
}
