import Testing

/// "Online Retail" through the real tool.
@Suite struct RetailFileTests {
    @Test func aRetailFileThatGrewIsImportedIntoAServer() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data, ["--accept-imports", "--currency", "JPY"])
        let url = "http://127.0.0.1:\(server.port)"
        let first =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            + "1,A,MUG,2,2011-01-01 10:00:00,1200,100,Japan\n"
        for lines in [first, first + "2,A,MUG,3,2011-01-02 10:00:00,1300,200,Japan\n"] {
            let file = try data.file("retail.csv", lines)
            let made = try Tool.import.run(["retail", file, "--server", url], in: data)
            #expect(made.exit == 0, "\(made.errors)\(made.output)")
        }
        let client = try server.connect()
        let events = try client.events()
        #expect(
            events.map { $0["type"] } == [
                "UserRegistered", "UserRegistered", "ProductAdded", "OrderCreated", "UserRegistered", "PriceChanged",
                "StockAdjusted", "OrderCreated",
            ])
        #expect(events[3]["data"]["total"] == ["amount": 2_400, "currency": "JPY"])
        #expect(events[5]["data"]["price"] == ["amount": 1_300, "currency": "JPY"])
    }
}
