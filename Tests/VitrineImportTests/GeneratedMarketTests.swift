import Testing

@testable import vitrine_import

@Suite struct GeneratedMarketTests {
    private static let size = GeneratedMarket.Size(products: 700, orders: 400)

    @Test func sameSeedGivesTheSameMarket() {
        let (one, other) = (commands(seed: 1), commands(seed: 1))
        #expect(one == other)
        #expect(one.count == 7 + 50 + 700 + 400)
        #expect(Set(one.map(\.idempotencyKey)).count == one.count)
    }

    /// Holds the very bytes: a change of these makes another market of every seed, which benchmarks would not forgive.
    @Test func marketOfASeedStaysAsItIs() {
        let market = GeneratedMarket(seed: 42, size: Self.size)
        #expect(market.unitsSold.prefix(8) == [0, 0, 0, 1, 0, 2, 1, 285])
        #expect(
            bodies(of: market, .orders)[0].hasPrefix(
                #"{"orderId":"o1","customerId":"c16","lines":[{"productId":"p592","quantity":4,"#
                    + #""unitPrice":{"amount":650,"currency":"GBP"}},{"productId":"p624","quantity":2,"#))
        #expect(
            bodies(of: market, .products)[0]
                == #"{"productId":"p1","sellerId":"s1","sku":"LIG-1","title":"Slim Sand Cotton String Lights","#
                + #""description":"Slim Sand Cotton String Lights. Cotton, made to last.\nFrom our lighting range.","#
                + #""category":"kitchen-lighting","price":{"amount":1199,"currency":"GBP"},"#
                + #""imageUrl":"https://images.example/p/1.jpg","stock":83,"occurredAt":"2024-02-01T00:00:00.000Z"}"#)
    }

    @Test func otherSeedGivesAnotherMarket() {
        let (one, other) = (commands(seed: 1), commands(seed: 2))
        let equal = zip(one, other).count { $0.body == $1.body }
        #expect(equal < one.count / 20)
    }

    @Test(arguments: [0, 1, 99, UInt64.max])
    func commandsStayWithinTheContract(seed: UInt64) throws {
        let market = GeneratedMarket(seed: seed, size: Self.size)
        var (roles, joined): ([String: String], [String: String]) = ([:], [:])
        for user in try objects(market, .users) {
            let id = try #require(user["userId"]?.string)
            #expect(roles.updateValue(try #require(user["role"]?.string), forKey: id) == nil)
            joined[id] = user["occurredAt"]?.string
            #expect(1...200 ~= user["name"]?.string?.count ?? 0)
        }
        var (stock, price, added, skus): ([String: Int], [String: Int], [String: String], Set<String>) = (
            [:], [:], [:], []
        )
        for product in try objects(market, .products) {
            let (id, seller) = (try #require(product["productId"]?.string), try #require(product["sellerId"]?.string))
            #expect(roles[seller] == "seller")
            let isNew = skus.insert("\(seller) \(product["sku"]?.string ?? "")").inserted
            #expect(isNew)
            #expect(1...200 ~= product["title"]?.string?.count ?? 0)
            #expect(product["imageUrl"]?.string?.hasPrefix("https://images.example/p/") ?? true)
            #expect(product["category"]?.string?.isEmpty == false)
            price[id] = try amount(product["price"])
            #expect(50...25_599 ~= price[id] ?? 0)
            stock[id] = try integer(product["stock"])
            added[id] = try #require(product["occurredAt"]?.string)
            #expect(added[id]! >= joined[seller]!)
        }
        var statuses: Set<String> = []
        for order in try objects(market, .orders) {
            let (customer, placedAt) = (order["customerId"]?.string ?? "", order["occurredAt"]?.string ?? "")
            #expect(roles[customer] == "customer")
            #expect(placedAt >= joined[customer]!)
            statuses.insert(try #require(order["status"]?.string))
            guard case .array(let lines) = order["lines"] else {
                Issue.record("an order without lines")
                continue
            }
            #expect(1...6 ~= lines.count)
            for line in lines {
                let id = try #require(line["productId"]?.string)
                #expect(try amount(line["unitPrice"]) == price[id])
                #expect(placedAt >= added[id]!)
                stock[id]! -= try integer(line["quantity"])
            }
        }
        #expect(stock.values.allSatisfy { $0 >= 0 })
        #expect(stock.values.contains(0))
        #expect(statuses == ["created", "paid", "shipped", "delivered"])
    }

    @Test func smallestMarketsAreWhole() {
        for (products, orders) in [(0, 0), (1, 0), (1, 1), (2, 9)] {
            let market = GeneratedMarket(seed: 3, size: .init(products: products, orders: orders))
            let counts = Phase.allCases.map { bodies(of: market, $0).count }
            #expect(counts.last == orders && counts[1] == products)
        }
    }

    @Test func popularProductsAreWantedFarMoreOften() {
        let market = GeneratedMarket(seed: 5, size: .init(products: 1_000, orders: 5_000))
        let sold = market.unitsSold.sorted(by: >)
        let total = sold.reduce(0, +)
        #expect(sold.prefix(10).reduce(0, +) > total / 5)
        #expect(sold.prefix(10).reduce(0, +) < total / 2)
        #expect(sold.count { $0 > 0 } > 800)
    }

    @Test func everyCategoryHasANameOfItsOwn() {
        let names = (0..<1_200).map(GeneratedMarket.categoryName)
        #expect(Set(names).count == names.count)
        #expect(names[..<500].allSatisfy { $0.split(separator: "-").count == 2 })
    }

    @Test func popularityIsScatteredOverEveryProduct() {
        for count in [1, 2, 97, 1_000, 65_536] {
            #expect(Set((0..<count).map { GeneratedMarket.scattered($0, count) }).count == count)
        }
    }

    private func commands(seed: UInt64) -> [ImportCommand] {
        let market = GeneratedMarket(seed: seed, size: Self.size)
        return Phase.allCases.flatMap { phase in (0..<market.count(of: phase)).map { market.command(phase, $0) } }
    }

    private func objects(_ market: GeneratedMarket, _ phase: Phase) throws -> [JSONValue] {
        try (0..<market.count(of: phase)).map { try #require(JSONValue(parsing: market.command(phase, $0).body)) }
    }

    private func amount(_ money: JSONValue?) throws -> Int {
        #expect(money?["currency"]?.string == "GBP")
        return try integer(money?["amount"])
    }

    private func integer(_ value: JSONValue?) throws -> Int {
        guard case .number(let text) = value else { throw ImportError("no number") }
        return try #require(Int(text))
    }
}
