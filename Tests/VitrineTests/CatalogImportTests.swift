import Foundation
import Testing

/// A product list through the real tool, into a directory and into a server.
@Suite struct CatalogImportTests {
    private static let list = """
        productId,seller,sellerName,title,category,price,stock
        lamp,sam,Sam & Co,Lamp,home,19.99,5
        mug,sam,,Mug,,4.50,3
        jug,sue,,Jug,home,4.50,3

        """

    @Test func aListIsServedAndImportedAgain() throws {
        let data = try DataDirectory()
        let first = try data.file("list.csv", Self.list)
        let made = try Tool.import.run(["catalog", first, "--data", data.path], in: data)
        // One line is at fault: the rest is in, and the exit code tells.
        #expect(made.exit == 1 && made.errors.contains("list.csv: 1 lines were skipped or rejected"), "\(made.errors)")
        #expect(
            made.output.contains("added     2 products\n")
                && made.output.contains("1 category, first at line 3: is empty"),
            "\(made.output)")

        let server = try ServerProcess.start(data)
        let client = try server.connect()
        let url = "http://127.0.0.1:\(server.port)"
        let lamp = try client.get("/v1/products/lamp").json
        #expect(lamp["price"] == gbp(1_999) && lamp["available"] == 5)
        #expect(lamp["seller"]["name"] == "Sam & Co")
        let position = try client.events().count

        #expect(try Tool.import.run(["catalog", first, "--server", url], in: data).exit == 1)
        #expect(try client.events().count == position)

        let later = try data.file(
            "later.csv", Self.list.replacingOccurrences(of: "19.99,5", with: "18.50,9"))
        #expect(try Tool.import.run(["catalog", later, "--server", url], in: data).output.contains("updated   1\n"))
        #expect(try client.events(after: position).map { $0["type"] } == ["PriceChanged", "StockAdjusted"])
        #expect(try client.events(after: position).last?["data"] == ["productId": "lamp", "delta": 4, "listStock": 9])
    }

    @Test func eachListSetsItsStockAndKeepsWhatWasSoldSince() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data)
        let client = try server.connect()
        let url = "http://127.0.0.1:\(server.port)"
        func availableAfterList(of stock: Int) throws -> JSON {
            let list = try data.file(
                "list.csv", "sku,seller,title,category,price,stock\nmug,anna,Mug,home,4.50,\(stock)\n")
            #expect(try Tool.import.run(["catalog", list, "--server", url], in: data).exit == 0)
            let token = try #require(try client.command("AdjustStock", ["productId": "mug", "delta": 0]).token)
            return try client.get("/v1/products/mug", after: token).json["available"]
        }
        for stock in [0, 5, 0, 5] { #expect(try availableAfterList(of: stock) == .integer(stock)) }
        _ = try client.command("RegisterUser", ["userId": "ann", "name": "Ann", "role": "customer"])
        let order: JSON = ["customerId": "ann", "lines": [["productId": "mug", "quantity": 2]]]
        #expect(try client.command("CreateOrder", order).status == 200)
        #expect(try availableAfterList(of: 5) == 3)
        #expect(try availableAfterList(of: 3) == 3)
        #expect(try availableAfterList(of: 5) == 5)
    }

    @Test func aDirectoryThatIsServedIsWrittenThroughItsServer() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data)
        let list = try data.file("list.csv", Self.list)
        let refused = try Tool.import.run(["catalog", list, "--data", data.path], in: data)
        #expect(refused.exit == 1)
        #expect(refused.errors.contains("is in use by process \(server.pid): give --server"), "\(refused.errors)")
    }

    @Test func theStartAfterAnImportFindsItsDecisions() throws {
        let data = try DataDirectory()
        let list = try data.file("list.csv", "sku,seller,title,category,price,stock\nmug,anna,Mug,home,4.50,5\n")
        let made = try Tool.import.run(["catalog", list, "--data", data.path], in: data)
        #expect(made.exit == 0 && made.errors.isEmpty, "\(made.errors)")
        let again = try Tool.import.run(["catalog", list, "--data", data.path], in: data)
        #expect(again.exit == 0 && again.errors.isEmpty, "\(again.errors)")
        let server = try ServerProcess.start(data)
        #expect(!server.errors.contains("decisions"), "\(server.errors)")
    }

    @Test func theMarketsCurrencyIsTaken() throws {
        let data = try DataDirectory()
        let server = try ServerProcess.start(data, ["--currency", "JPY"])
        let list = try data.file("list.csv", Self.list.replacingOccurrences(of: "19.99", with: "1999"))
        let url = "http://127.0.0.1:\(server.port)"
        let made = try Tool.import.run(["catalog", list, "--server", url], in: data)
        #expect(made.exit == 1, "\(made.errors)")
        // There is no hundredth of a yen.
        #expect(
            made.output.contains("added     1 products\n")
                && made.output.contains("2 price, first at line 3, 4: '4.50'"), "\(made.output)")
        let price = try #require(try server.connect().events().last?["data"]["price"])
        #expect(price == ["amount": 1_999, "currency": "JPY"])
        #expect(try Tool.import.run(["catalog", list, "--server", url, "--currency", "GBP"], in: data).exit != 0)
        #expect(try server.end() == .code(0))
        #expect(try Tool.import.run(["catalog", list, "--data", data.path], in: data).output.contains("unchanged 1\n"))
    }

    @Test func aListWithoutProductsFails() throws {
        let data = try DataDirectory()
        let list = try data.file("list.csv", "productId,seller,title,category,price,stock\na,s,,c,1.00,1\n")
        let made = try Tool.import.run(["catalog", list, "--data", data.path], in: data)
        #expect(made.exit != 0)
        #expect(made.errors.contains("none of 1 lines is a product: 1 title, first at line 2"), "\(made.errors)")
        #expect(!FileManager.default.fileExists(atPath: data.path), "an empty market was left behind")
        // One that is there stays as it is.
        let server = try ServerProcess.start(data)
        #expect(try server.end() == .code(0))
        #expect(try Tool.import.run(["catalog", list, "--data", data.path], in: data).exit != 0)
        let again = try ServerProcess.start(data)
        #expect(try again.connect().get("/v1/products").json["items"] == [])
    }
}
