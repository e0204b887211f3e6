import Marketplace
import Testing

@testable import vitrine_import

@Suite struct RetailMarketTests {
    static let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

    @Test func linesBecomeUsersProductsAndOrders() throws {
        let market = try market(
            """
            2,B,  BLUE BOX ,3,2011-01-02 10:00:00,2.50,200,France
            1,A,,1,2011-01-01 10:00:00,1.00,100,Spain
            1,A,RED "MUG",2,2011-01-01 10:00:00,1.00,100,Spain
            2,A,OTHER NAME,4,2011-01-02 10:00:00,1.10,200,France
            """)
        #expect(
            bodies(of: market, .users) == [
                #"{"userId":"online-retail","name":"online-retail","role":"seller","occurredAt":"2011-01-01T10:00:00.000Z"}"#,
                #"{"userId":"100","name":"100","role":"customer","country":"Spain","occurredAt":"2011-01-01T10:00:00.000Z"}"#,
                #"{"userId":"200","name":"200","role":"customer","country":"France","occurredAt":"2011-01-02T10:00:00.000Z"}"#,
            ])
        #expect(
            bodies(of: market, .products) == [
                #"{"productId":"A","sellerId":"online-retail","sku":"A","title":"RED \"MUG\"","category":"giftware","#
                    + #""price":{"amount":110,"currency":"GBP"},"stock":7,"occurredAt":"2011-01-01T10:00:00.000Z"}"#,
                #"{"productId":"B","sellerId":"online-retail","sku":"B","title":"BLUE BOX","category":"giftware","#
                    + #""price":{"amount":250,"currency":"GBP"},"stock":3,"occurredAt":"2011-01-02T10:00:00.000Z"}"#,
            ])
        #expect(
            bodies(of: market, .orders) == [
                #"{"orderId":"1","customerId":"100","lines":[{"productId":"A","quantity":1,"unitPrice":{"amount":100,"currency":"GBP"}},"#
                    + #"{"productId":"A","quantity":2,"unitPrice":{"amount":100,"currency":"GBP"}}],"#
                    + #""status":"delivered","occurredAt":"2011-01-01T10:00:00.000Z"}"#,
                #"{"orderId":"2","customerId":"200","lines":[{"productId":"B","quantity":3,"unitPrice":{"amount":250,"currency":"GBP"}},"#
                    + #"{"productId":"A","quantity":4,"unitPrice":{"amount":110,"currency":"GBP"}}],"#
                    + #""status":"delivered","occurredAt":"2011-01-02T10:00:00.000Z"}"#,
            ])
        #expect(market.command(.orders, 0)?.idempotencyKey == "retail/order/1")
        #expect(market.command(.products, 1)?.idempotencyKey == "retail/product/B")
        #expect(market.summary[1].hasSuffix("2 orders of 2 customers for 2 products, worth GBP 14.90"))
    }

    @Test func skippedLinesAreCountedUnderTheFirstReasonThatFits() throws {
        let market = try market(
            """
            C1,A,x,-1,2011-01-01 10:00:00,0,,Spain
            1,A,x,-1,2011-01-01 10:00:00,0,,Spain
            1,A,x,0,2011-01-01 10:00:00,0,100,Spain
            1,A,x,1,2011-01-01 10:00:00,0.00,100,Spain
            1,A,x,1,2011-01-01 10:00:00,0.001,100,Spain
            1,A,x,1,2011-01-01 10:00:00,-2,100,Spain
            1,A,x,one,2011-01-01 10:00:00,1,100,Spain
            1,A,x,1,2011-01-01 10:00:00,cheap,100,Spain
            1 2,A,x,1,2011-01-01 10:00:00,1,100,Spain
            1,/,x,1,2011-01-01 10:00:00,1,100,Spain
            1,A,x,1,2011-01-01 10:00:00,1,1 0,Spain
            1,A,x,1,yesterday,1,100,Spain
            1,A,x,1,2011-01-01 10:00:00,1,100
            1,"A"A,x,1,2011-01-01 10:00:00,1,100,Spain
            1,A B,x,1,2011-01-01 10:00:00,1,100,Spain
            1,A&B,x,1,2011-01-01 10:00:00,1,100,Spain
            """)
        let counts = SkipReason.allCases.map { "\($0) \(market.skipped.count($0))" }
        #expect(
            counts == [
                "fieldCount 1", "strayQuote 1", "cancellation 1", "noCustomer 1", "quantityNotPositive 1",
                "priceBelowMinorUnit 2", "priceOfZero 1", "badQuantity 1", "badPrice 1", "badInvoice 1",
                "badStockCode 1", "badCustomer 1", "badDate 1", "productIdTaken 1",
            ])
        #expect(market.lines.count == 1)
        let summary = market.summary
        #expect(summary.contains("skipped   15 lines"))
        #expect(summary.contains("  3 price below one minor unit (1 of them zero)"))
        #expect(summary.contains("  1 CustomerID is no id; first at line 12: '1 0'"))
    }

    @Test func timeDecidesWhatIsEarliestAndLastAndFileOrderDecidesTies() throws {
        let market = try market(
            """
            1,A,SECOND IN TIME,1,2011-01-05 10:00:00,5.00,100,Italy
            2,A,FIRST IN TIME,1,2011-01-01 10:00:00,1.00,100,Spain
            2,A,x,1,2011-01-01 10:00:00,1.50,100,Malta
            3,A,x,1,2011-01-05 10:00:00,6.00,200,
            2,A, ,1,2010-12-31 10:00:00,9.00,200,Japan
            """)
        #expect(bodies(of: market, .users)[1...].allSatisfy { $0.contains("2011-01-01") || $0.contains("2010-12-31") })
        #expect(
            bodies(of: market, .users)[2].contains(#""userId":"100","name":"100","role":"customer","country":"Spain""#))
        #expect(bodies(of: market, .users)[1].contains(#""country":"Japan""#))
        let product = bodies(of: market, .products)[0]
        #expect(product.contains(#""title":"FIRST IN TIME""#))
        #expect(product.contains(#""price":{"amount":600,"#))
        #expect(product.contains(#""occurredAt":"2010-12-31T10:00:00.000Z""#))
        let orders = bodies(of: market, .orders)
        #expect(orders[0].contains(#""orderId":"2","customerId":"200""#))
        #expect(orders.map { $0.contains("2011-01-05") } == [false, true, true])
        #expect(orders[1].contains(#""orderId":"1""#))
    }

    @Test func whatTheFileDoesNotSayIsAbsent() throws {
        let market = try market("1,A B, ,1,2011-01-01 10:00:00,1.00,100, \n")
        #expect(!bodies(of: market, .users)[1].contains("country"))
        #expect(!bodies(of: market, .users).joined().contains("email"))
        let product = bodies(of: market, .products)[0]
        #expect(product.contains(#""productId":"A_B""#))
        #expect(product.contains(#""sku":"A B","title":"A B""#))
        #expect(!product.contains("imageUrl") && !product.contains("description"))
    }

    @Test func everyCommandIsAcceptedAndEverythingIsSoldOut() throws {
        let market = try market(
            #"""
            2,B,  "BLUE BOX" ,3,2011-01-02 10:00:00,2.50,200,France
            1,A/B,,1,2011-01-01 10:00:00,1.00,100,Unspecified
            1,A/B,"RED
            ""MUG""",2,2011-01-01 10:00:00,1.00,100,Spain
            2,A/B,OTHER NAME,4,2011-01-02 10:00:00,1.10,200,France
            2,C,\#(String(repeating: "LONG ", count: 60)),4,2011-01-02 10:00:00,99999999,200,France
            """#)
        let sink = MarketplaceSink()
        var run = ImportRun()
        try run.send(market, to: sink)
        #expect(sink.outcomes.firstRejections == [])
        #expect(sink.outcomes.accepted == 3 + 3 + 2)
        #expect(sink.state.products.values.allSatisfy { $0.stock == 0 })
        #expect(sink.state.products["A_B"]?.title == "RED \"MUG\"")
        #expect(sink.state.orders.values.allSatisfy { $0.status == .delivered })
    }

    @Test func columnsAreFoundByName() throws {
        let text = """
            Country,Extra,UnitPrice,CustomerID,InvoiceDate,Quantity,Description,StockCode,InvoiceNo
            Spain,?,1.25,100,2011-01-01 10:00:00,2,MUG,A,1
            """
        let market = try RetailMarket(reading: reader(of: text), named: "test.csv", currency: Currency("GBP")!)
        #expect(bodies(of: market, .orders)[0].contains(#"{"productId":"A","quantity":2,"unitPrice":{"amount":125,"#))
    }

    @Test(arguments: [
        ("", "the file is empty"),
        ("InvoiceNo,StockCode\n", "no column Description"),
        ("InvoiceNo;StockCode;Description\n", "(it seems to be separated by semicolons: save it with commas)"),
        ("InvoiceNo\tStockCode\n", "(it seems to be separated by tabs: save it with commas)"),
        ("I\u{0}n\u{0}v\u{0}", "the file seems to be UTF-16"),
        (
            header + "1,A,x,1,1/2/2010 8:26,1,100,Spain\n1,A,x,1,13/12/2010 8:26,1,100,Spain\n",
            "line 3: InvoiceDate '13/12/2010 8:26' is written day first"
        ),
        ("InvoiceNo,InvoiceNo,StockCode\n", "more than one column InvoiceNo"),
        (header, "none of 0 lines"),
        (header + "C1,A,x,-1,2011-01-01 10:00:00,0,,Spain\n", "1 cancellation"),
    ])
    func filesThatGiveNothingAreRefused(text: String, reason: String) {
        #expect {
            try RetailMarket(reading: reader(of: text), named: "test.csv", currency: Currency("GBP")!)
        } throws: {
            "\($0)".hasPrefix("test.csv") && "\($0)".contains(reason)
        }
    }

    @Test func oneWrongDateInAFileThatIsMonthFirstIsSkipped() throws {
        let market = try market(
            "1,A,x,1,12/31/2010 8:26,1,100,Spain\n1,A,x,1,31/12/2010 8:26,1,100,Spain\n")
        #expect(market.lines.count == 1 && market.skipped.malformed == 1)
        #expect(market.summary.contains("  1 InvoiceDate is no time; first at line 3: '31/12/2010 8:26'"))
    }

    private func market(_ lines: String) throws -> RetailMarket {
        try RetailMarket(reading: reader(of: Self.header + lines), named: "test.csv", currency: Currency("GBP")!)
    }
}

func bodies(of market: some MarketSource, _ phase: Phase) -> [String] {
    (0..<market.count(of: phase)).compactMap { market.command(phase, $0) }.map {
        String(decoding: $0.body, as: UTF8.self)
    }
}
