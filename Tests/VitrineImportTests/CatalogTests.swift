import Marketplace
import Testing

@testable import vitrine_import

@Suite struct CatalogTests {
    private static let header = "productId,sellerId,sku,title,category,price,stock\n"

    @Test func columnsBecomeProducts() throws {
        let list = try read(
            csv: #"""
                Stock,Seller,Seller Name,product_id,sku,title,description,category,price,currency,imageUrl,occurredAt,weight
                7,sam,"Sam & Co",lamp,L-1,"The ""Lamp""","Two
                lines",home,19.99,GBP,https://images.example/l.jpg,2026-01-02T03:04:05Z,1 kg
                0, sam ,,mug,M 1,Mug,,kitchen,5,,,,
                """#)
        #expect(
            texts(list) == [
                #"{"productId":"lamp","sellerId":"sam","sku":"L-1","title":"The \"Lamp\"","description":"Two\nlines","#
                    + #""category":"home","price":{"amount":1999,"currency":"GBP"},"#
                    + #""imageUrl":"https://images.example/l.jpg","listStock":7,"occurredAt":"2026-01-02T03:04:05Z"}"#,
                #"{"productId":"mug","sellerId":"sam","sku":"M 1","title":"Mug","category":"kitchen","#
                    + #""price":{"amount":500,"currency":"GBP"},"listStock":0}"#,
            ])
        #expect(list.unknown == ["weight"])
        #expect(list.sellers.map(\.name) == ["Sam & Co"])
        #expect(list.rows.map(\.clearsDescription) == [false, true])
    }

    @Test func linesOfJSONBecomeTheSameProducts() throws {
        let csv = try read(
            csv: "productId,sellerId,title,category,price,stock,description\nlamp,sam,Lamp,home,19.99,7,\n")
        let lines = try read(
            lines: #"{"stock":7,"price":{"currency":"GBP","amount":1999},"category":"home","title":"Lamp","#
                + #""sellerId":"sam","productId":"lamp","description":null,"weight":3}"# + "\r\n\n")
        #expect(texts(lines) == texts(csv))
        #expect(lines.unknown == ["weight"])
        #expect(lines.rows[0].clearsDescription && csv.rows[0].clearsDescription)
    }

    @Test func aSKUStandsInForAMissingId() throws {
        let list = try read(csv: "sku,sellerId,title,category,priceMinor,stock\nA/1 b,sam,Lamp,home,1999,7\n")
        #expect(texts(list)[0].hasPrefix(#"{"productId":"A_1_b","sellerId":"sam","sku":"A/1 b","#))
    }

    @Test func badLinesAreSkippedAndCounted() throws {
        let list = try read(
            csv: Self.header + """
                good,sam,1,Good,home,1.00,1
                a,sam,1,,home,1.00,1
                b,sam,1,\(String(repeating: "x", count: 201)),home,1.00,1
                c,sam,1,C,home,1.005,1
                d,sam,1,D,home,0,1
                e,sam,1,E,home,1.00,-1
                f,sam,1,F,home,1.00,few
                g,sam,1,G,home,1.00
                h,"sam"x,1,H,home,1.00,1
                good,sam,2,Again,home,1.00,1
                -i,sam,1,I,home,1.00,1
                ,sam,,J,home,1.00,1
                k,,1,K,home,1.00,1
                """)
        #expect(list.rows.map { $0.ids[0] } == ["good"])
        #expect(list.skipped.total == 12)
        for (field, count) in [
            ("title", 2), ("price", 2), ("stock", 2), ("line", 2), ("productId", 3), ("sellerId", 1),
        ] { #expect(list.skipped.count(field) == count, "\(field)") }
        #expect(
            list.skipped.summary.contains {
                // Each line's own reason.
                $0
                    == "2 stock, first at line 7, 8: '-1': Expected an integer from 0 to 1000000000000.; 'few' is no whole number"
            })
    }

    @Test func badLinesOfJSONAreSkippedAndCounted() throws {
        let good =
            #"{"productId":"p","sellerId":"s","sku":"k","title":"T","category":"c","price":{"amount":1,"currency":"GBP"},"stock":1"#
        let lines = [
            good + "}", "{", "[]", good.replacing(#""amount":1"#, with: #""amount":1.5"#) + "}",
            good.replacing("GBP", with: "EUR").replacing(#""p""#, with: #""q""#) + "}", good + #","stock":2}"#,
            #"{"title":7}"#, String(repeating: " ", count: LineReader.lineBytesMax + 1),
        ]
        let list = try read(lines: lines.joined(separator: "\n"))
        #expect(list.rows.count == 1)
        for (field, count) in [("line", 3), ("amount", 1), ("currency", 1), ("stock", 1), ("title", 1)] {
            #expect(list.skipped.count(field) == count, "\(field): \(list.skipped.summary)")
        }
    }

    @Test(arguments: [
        ("", "the file is empty"),
        ("productId,title\n", "no column sellerId, category, price or priceMinor, stock"),
        ("productId,PRODUCT ID\n", "more than one column productId"),
        (header, "none of 0 lines"),
        (header + "a,sam,1,,home,1.00,1\n", "1 title, first at line 2"),
    ])
    func filesThatGiveNothingAreRefused(text: String, reason: String) {
        #expect {
            try read(csv: text)
        } throws: {
            "\($0)".hasPrefix("test.csv") && "\($0)".contains(reason)
        }
    }

    // MARK: Importing

    @Test func importingAgainChangesNothing() throws {
        let sink = MarketplaceSink()
        let list = try read(csv: Self.header + "a,sam,1,A,home,1.00,5\nb,sue,1,B,home,2.00,6\n")
        let first = try send(list, to: sink)
        #expect(first.added == 2 && first.sellersAdded == 2)
        // What is sold is not put back.
        sink.state.products["a"]?.stock = 2
        let state = sink.state
        let second = try send(list, to: sink)
        #expect(second.unchanged == 2 && second.updated == 0 && second.sellersAdded == 0 && second.rejected.total == 0)
        #expect(sink.state == state)
    }

    @Test func aLaterListChangesWhatDiffers() throws {
        let sink = MarketplaceSink()
        let columns = "productId,sellerId,title,category,price,stock,description,imageUrl\n"
        let first = try read(
            csv: columns + "a,sam,A,home,1.00,5,Old,https://i.example/a\nb,sam,B,home,2.00,6,,\nc,sam,C,home,3.00,7,,\n"
        )
        let later = try read(
            csv: columns
                + "a,sam,New A,garden,1.50,9,,https://i.example/b\nb,sam,B,home,2.00,4,,\nc,sam,C,home,3.00,7,,\n")
        _ = try send(first, to: sink)
        sink.state.products["b"]?.stock = 3
        let outcome = try send(later, to: sink)
        #expect(outcome.updated == 2 && outcome.unchanged == 1 && outcome.added == 0)
        let product = try #require(sink.state.products["a"])
        #expect(product.title == "New A" && product.category == "garden" && product.price == 150 && product.stock == 9)
        #expect(product.description == nil && product.imageUrl == Fingerprint(of: Text("https://i.example/b")))
        #expect(sink.state.products["b"]?.stock == 4)

        // The same later list again leaves alone what was sold since, also of products whose stock it left as it was.
        sink.state.products["b"]?.stock = 1
        sink.state.products["c"]?.stock = 1
        let again = try send(later, to: sink)
        #expect(again.updated == 0 && again.unchanged == 3)
        #expect(sink.state.products["b"]?.stock == 1 && sink.state.products["c"]?.stock == 1)

        // An older list again sets what it says: prices, texts, and the stock where it is another than the last list's.
        let back = try send(first, to: sink)
        #expect(back.updated == 2 && sink.state.products["a"]?.price == 100 && sink.state.products["a"]?.stock == 5)
        #expect(sink.state.products["a"]?.title == "A" && sink.state.products["b"]?.stock == 6)
        #expect(sink.state.products["c"]?.stock == 1)
    }

    @Test func stockIsKeptWhenAsked() throws {
        let sink = MarketplaceSink()
        _ = try send(read(csv: Self.header + "a,sam,1,A,home,1.00,5\n"), to: sink)
        let later = try read(csv: Self.header + "a,sam,1,A,home,1.00,8\n")
        #expect(try send(later, to: sink, keepsStock: true).unchanged == 1)
        #expect(sink.state.products["a"]?.stock == 5)
    }

    @Test func fullShelvesCanBeCountedToo() throws {
        let sink = MarketplaceSink()
        _ = try send(read(csv: Self.header + "a,sam,1,A,home,1.00,\(Bounds.stock.upperBound)\n"), to: sink)
        _ = try send(read(csv: Self.header + "a,sam,1,A,home,1.00,8\n"), to: sink)
        #expect(sink.state.products["a"]?.stock == 8)
    }

    @Test func rejectedProductsAreNamedByTheirLines() throws {
        let sink = MarketplaceSink()
        sink.state.users["sue"] = UserState(role: .customer, name: "Sue")
        let list = try read(csv: Self.header + "a,sam,1,A,home,1.00,5\nb,sue,2,B,home,2.00,6\n")
        let outcome = try send(list, to: sink)
        #expect(outcome.added == 1 && outcome.imported == 1)
        #expect(outcome.summary.contains { $0.hasPrefix("  1 wrong-role, first at line 3: ") })
        #expect {
            var run = ImportRun()
            try run.finish(outcome, named: "test.csv")
        } throws: {
            "\($0)".hasPrefix("test.csv: 1 lines were skipped or rejected")
        }
        let refused = try send(read(csv: Self.header + "z,sue,1,Z,home,1.00,5\n"), to: sink)
        #expect(refused.imported == 0 && refused.rejected.count("wrong-role") == 1)
        #expect {
            var run = ImportRun()
            try run.finish(refused, named: "test.csv")
        } throws: {
            "\($0)".hasPrefix("test.csv: nothing could be imported: 1 wrong-role, first at line 2")
        }
    }

    @Test(arguments: [
        ("19.99", 2, 1_999), ("19.9", 2, 1_990), ("19", 2, 1_900), ("19.990", 2, 1_999), (".5", 2, 50), ("7.", 2, 700),
        ("1999", 0, 1_999), ("1999.0", 0, 1_999), ("1.234", 3, 1_234), ("0.01", 2, 1),
    ])
    func decimalPricesAreExact(text: String, digits: Int, amount: Int64) {
        #expect(DecimalPrice.minorUnits(ArraySlice(text.utf8), digits: digits) == amount)
    }

    @Test(arguments: ["", ".", "-1", "1,99", "1.999", "£1", "1e3", "1.2.3", "99999999999999999999"])
    func whatIsNoDecimalPriceIsRefused(text: String) {
        #expect(DecimalPrice.minorUnits(ArraySlice(text.utf8), digits: 2) == nil)
    }

    @Test(arguments: [("a.csv", Catalog.Format.csv), ("A.CSV", .csv), ("a.ndjson", .ndjson), ("a.jsonl", .ndjson)])
    func formatsShowInTheName(file: String, format: Catalog.Format) {
        #expect(Catalog.format(ofFile: file) == format)
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func linesDoNotDependOnHowTheBytesArrive(chunkBytes: Int) throws {
        var rest = Array("\u{FEFF}a\r\n\nlonger €\nlast".utf8)[...]
        var reader = LineReader { buffer in
            let chunk = rest.prefix(min(chunkBytes, buffer.count))
            rest = rest.dropFirst(chunk.count)
            buffer.copyBytes(from: chunk)
            return chunk.count
        }
        var lines: [LineReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        #expect(lines == ["a", "", "longer €", "last"].map { .text(Array($0.utf8)) })
        #expect(reader.number == 4)
    }

    private static let pounds = Currency("GBP")!

    @discardableResult
    private func read(csv: String) throws -> CatalogList {
        try CatalogReader(name: "test.csv", currency: Self.pounds).read(csv: reader(of: csv))
    }

    private func read(lines: String) throws -> CatalogList {
        var rest = Array(lines.utf8)[...]
        return try CatalogReader(name: "test.ndjson", currency: Self.pounds).read(
            lines: LineReader { buffer in
                let chunk = rest.prefix(buffer.count)
                rest = rest.dropFirst(chunk.count)
                buffer.copyBytes(from: chunk)
                return chunk.count
            })
    }

    private func send(_ list: CatalogList, to sink: MarketplaceSink, keepsStock: Bool = false) throws -> CatalogImport {
        var catalog = CatalogImport(list, keepsStock: keepsStock)
        try catalog.send(to: sink)
        return catalog
    }

    private func texts(_ list: CatalogList) -> [String] {
        list.rows.map { String(decoding: $0.addition($0.ids[0], tag: 0).body, as: UTF8.self) }
    }
}
