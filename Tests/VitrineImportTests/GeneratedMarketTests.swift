import JSON
import Marketplace
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
    func everyCommandIsAccepted(seed: UInt64) throws {
        let sink = MarketplaceSink()
        var run = ImportRun()
        try run.send(GeneratedMarket(seed: seed, size: Self.size), to: sink)
        #expect(sink.outcomes.accepted == 7 + 50 + 700 + 400)
        #expect(sink.outcomes.firstRejections == [])
        let stocks = sink.state.products.values.map(\.stock)
        #expect(stocks.contains(0) && stocks.contains { $0 > 100 })
        #expect(Set(sink.state.orders.values.map(\.status)) == [.created, .paid, .shipped, .delivered])
    }

    @Test func ordersFollowTheirCustomersAndProductsAtTheirPrices() throws {
        let sink = MarketplaceSink()
        var run = ImportRun()
        try run.send(GeneratedMarket(seed: 7, size: Self.size), to: sink)
        var since: [Text: Timestamp] = [:]
        for submitted in sink.commands {
            let time = try #require(submitted.occurredAt)
            switch submitted.command {
            case .registerUser(let user): since[user.userId] = time
            case .addProduct(let product):
                #expect(since[product.sellerId]! <= time)
                #expect(50...25_599 ~= product.price)
                since[product.productId] = time
            case .createOrder(let order):
                #expect(since[order.customerId]! <= time)
                #expect(1...6 ~= order.lines.count)
                for line in order.lines {
                    #expect(since[line.productId]! <= time)
                    #expect(line.unitPrice == sink.state.products[line.productId]?.price)
                }
            default: Issue.record("no import sends \(submitted.command)")
            }
        }
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
        return Phase.allCases.flatMap { phase in (0..<market.count(of: phase)).compactMap { market.command(phase, $0) }
        }
    }
}
