import Testing

/// What `--check-config` refuses, and which currency counts.
@Suite struct ConfigurationTests {
    private func check(_ data: DataDirectory, _ options: String...) throws -> (isValid: Bool, errors: String) {
        let server = try ServerProcess.launch(["--check-config", "--data", data.path] + options, in: data)
        return (try server.waitForExit() == .code(0), server.errors)
    }

    @Test func anOpenAddressIsRefusedWithoutAStart() throws {
        let data = try DataDirectory()
        let open = try check(data, "--listen", "0.0.0.0:0")
        #expect(!open.isValid && open.errors.contains("--allow-anonymous"), "\(open.errors)")
        #expect(try check(data, "--listen", "0.0.0.0:0", "--allow-anonymous").isValid)
        #expect(try check(data, "--listen", "127.0.0.1:0").isValid)
    }

    @Test func theDirectorysCurrencyCountsWhenNobodyNamesOne() throws {
        let data = try DataDirectory()
        #expect(try check(data, "--currency", "USD").isValid, "any currency suits a directory that is not there")
        let first = try ServerProcess.start(data, ["--currency", "USD"])
        #expect(try first.end() == .code(0))
        let again = try ServerProcess.start(data)
        let client = try again.connect()
        #expect(try client.command("RegisterUser", ["userId": "sam", "name": "Sam", "role": "seller"]).status == 200)
        let lamp = Market.product("lamp").with(["price": ["amount": 5, "currency": "USD"]])
        let token = try client.command("AddProduct", lamp).token
        #expect(try client.get("/v1/products/lamp", after: token).json["price"]["currency"] == "USD")
        #expect(try again.end() == .code(0))

        #expect(try check(data).isValid)
        #expect(try check(data, "--currency", "USD").isValid)
        let other = try check(data, "--currency", "GBP")
        #expect(!other.isValid && other.errors.contains("made with the currency USD, not GBP"), "\(other.errors)")
    }

    @Test func aNewDirectoryTradesInPounds() throws {
        let market = try Market()
        #expect(try market.client.get("/v1/products/lamp").json["price"]["currency"] == "GBP")
    }
}
