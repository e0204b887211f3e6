import JSON
import Marketplace
import Testing

@testable import vitrine_import

@Suite struct GeneratedMarketTests {
    private static let size = GeneratedMarket.Size(products: 700, orders: 400)

    @Test func sameSeedGivesTheSameMarket() {
        let (one, other) = (commands(seed: 1), commands(seed: 1))
        #expect(one == other)
        #expect(Set(one.compactMap(\.idempotencyKey)).count == one.count)
    }

    /// Holds the very bytes: a change of these makes another market of every seed, which benchmarks would not forgive.
    @Test func marketOfASeedStaysAsItIs() {
        let market = GeneratedMarket(seed: 42, size: Self.size)
        var all = ByteWriter()
        for command in commands(seed: 42) { all.append(command.body) }
        let hash = Fingerprint(of: all.bytes)
        #expect(String(hash.high, radix: 16) == "8ae3b607c5a0b56f")
        #expect(
            bodies(of: market, .orders)[0].hasPrefix(
                #"{"orderId":"o1","customerId":"c30","lines":[{"productId":"p592","quantity":1},"#))
        #expect(
            bodies(of: market, .products)[0]
                == #"{"productId":"p1","sellerId":"s5","sku":"LIG-1","title":"Antique Indigo Willow Lantern, Set of 3","#
                + #""description":"Antique Indigo Willow Lantern, Set of 3. Willow, made to last.\nFrom our lighting range.","#
                + #""category":"kitchen-lighting","price":{"amount":1199,"currency":"GBP"},"#
                + #""imageUrl":"https://images.example/p/1.jpg","stock":78,"occurredAt":"2024-02-01T00:00:00.000Z"}"#)
    }

    /// What the last of them says of a product does not depend on the connections that they take.
    @Test func whatIsSaidOfAProductKeepsItsOrder() {
        let market = GeneratedMarket(seed: 42, size: Self.size)
        for phase in [Phase.changes, .reviews] {
            for index in 0..<market.count(of: phase) {
                guard let command = market.command(phase, index) else { continue }
                let body = String(decoding: command.body, as: UTF8.self)
                let product = body.firstMatch(of: /"productId":"p(\d+)"/).flatMap { Int($0.1) }
                #expect(command.thing == product.map { $0 - 1 }, "\(body)")
            }
        }
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
        #expect(sink.outcomes.firstRejections == [])
        // Who reviews a product twice may say the same twice.
        #expect(sink.idle.allSatisfy { $0.hasPrefix("reviewProduct") } && sink.idle.count < 5)
        #expect(sink.outcomes.accepted + sink.idle.count == sink.outcomes.sent)
        #expect(sink.outcomes.sent == commands(seed: seed).count)
        #expect(sink.state.users.count == 7 + 50 && sink.state.products.count == 700 && sink.state.orders.count == 400)
        let stocks = sink.state.products.values.map(\.stock)
        #expect(stocks.contains(0) && stocks.contains { $0 > 100 })
        #expect(sink.state.orders.values.count { $0.status == .delivered } > 300)
        var names: [String: Int] = [:]
        for submitted in sink.commands {
            names["\(submitted.command)".prefix { $0 != "(" }.description, default: 0] += 1
        }
        let once = [
            "updateUser", "changePrice", "adjustStock", "updateProduct", "payOrder", "shipOrder", "deliverOrder",
            "cancelOrder", "reviewProduct",
        ]
        for name in once { #expect(names[name] ?? 0 > 0, "\(name) in \(names)") }
    }

    @Test func nothingHappensBeforeWhatItNeeds() throws {
        let sink = MarketplaceSink()
        var run = ImportRun()
        try run.send(GeneratedMarket(seed: 7, size: Self.size), to: sink)
        var since: [Text: Timestamp] = [:]
        for submitted in sink.commands {
            let time = try #require(submitted.occurredAt)
            var needed: [Text] = []
            switch submitted.command {
            case .registerUser(let user): since[user.userId] = time
            case .addProduct(let product):
                needed = [product.sellerId]
                #expect(50...25_599 ~= product.price)
                since[product.productId] = time
            case .createOrder(let order):
                needed = [order.customerId] + order.lines.map(\.productId)
                #expect(1...6 ~= order.lines.count)
                since[order.orderId] = time
            case .payOrder(let next): needed = [next.orderId]
            case .reviewProduct(let review): needed = [review.customerId, review.productId]
            default: break
            }
            for thing in needed { #expect(try #require(since[thing]) <= time) }
            #expect(time < GeneratedMarket.end)
        }
    }

    @Test func fatesRunInOrderAndEndWithTheMarket() throws {
        let market = GeneratedMarket(seed: 3, size: .init(products: 10, orders: 20_000))
        var ends: [String: Int] = [:]
        for index in 0..<20_000 {
            let fate = market.fate(ofOrder: index)
            let times = [market.placedAt(order: index), fate.paidAt, fate.shippedAt, fate.deliveredAt].compactMap(
                \.self)
            #expect(times == times.sorted())
            #expect(fate.shippedAt == nil || fate.paidAt != nil)
            #expect(fate.deliveredAt == nil || fate.shippedAt != nil)
            #expect(fate.cancelledAt == nil || fate.shippedAt == nil && fate.refundedAt == nil)
            #expect(fate.refundedAt == nil || fate.paidAt != nil)
            if let last = fate.refundedAt ?? fate.cancelledAt {
                #expect(last > times.last! && last < GeneratedMarket.end)
            }
            let end =
                fate.refundedAt != nil
                ? "refunded"
                : fate.cancelledAt != nil ? "cancelled" : fate.deliveredAt != nil ? "delivered" : "under way"
            ends[end, default: 0] += 1
        }
        for (end, range) in [
            ("refunded", 500...1_000), ("cancelled", 700...1_300), ("delivered", 17_000...18_500),
            ("under way", 200...900),
        ] { #expect(range.contains(ends[end] ?? 0), "\(ends)") }
    }

    @Test func smallestMarketsAreWhole() throws {
        for (products, orders) in [(0, 0), (1, 0), (1, 1), (2, 9)] {
            let market = GeneratedMarket(seed: 3, size: .init(products: products, orders: orders))
            let sink = MarketplaceSink()
            var run = ImportRun()
            try run.send(market, to: sink)
            #expect(sink.outcomes.rejected == 0)
            #expect(sink.state.products.count == products && sink.state.orders.count == orders)
        }
    }

    @Test func batchesHoldEveryNumberOfEachPhaseOnce() {
        let market = GeneratedMarket(seed: 3, size: .init(products: 30_000, orders: 70_001))
        for phase in Phase.allCases {
            let ranges = market.batches.filter { $0.phase == phase }.map(\.range)
            #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == market.count(of: phase))
            for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(range.upperBound == next.lowerBound) }
        }
        #expect(market.batches.count > 30)
    }

    @Test func popularProductsAreWantedFarMoreOften() {
        let market = GeneratedMarket(seed: 5, size: .init(products: 1_000, orders: 5_000))
        let sold = market.unitsSold.sorted(by: >)
        let total = sold.reduce(0, +)
        #expect(sold.prefix(10).reduce(0, +) > total / 5)
        #expect(sold.prefix(10).reduce(0, +) < total / 2)
        #expect(sold.count { $0 > 0 } > 800)
    }

    /// Zipf's law: rank r has the r-th part of the first rank's share.
    @Test func ranksAreDrawnAsOftenAsTheirRankSays() {
        let (draws, ranks) = (400_000, 1_000)
        var counts = [Int](repeating: 0, count: ranks)
        var chance = SplitMix64(seed: 1, stream: 1, index: 1)
        for _ in 0..<draws { counts[chance.rank(ranks)] += 1 }
        let harmonic = (1...ranks).reduce(0.0) { $0 + 1 / Double($1) }
        for rank in [1, 2, 3, 5, 7, 15, 100] {
            let expected = Double(draws) / harmonic / Double(rank)
            // Five standard deviations.
            #expect(abs(Double(counts[rank - 1]) - expected) < 5 * expected.squareRoot(), "rank \(rank)")
        }
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
        return market.batches.flatMap { batch in batch.range.compactMap { market.command(batch.phase, $0) } }
    }
}
