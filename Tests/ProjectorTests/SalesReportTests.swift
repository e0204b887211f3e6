import Foundation
import JSON
import LMDB
import Marketplace
import Queries
import Testing
import Views

@testable import Projector

/// A market of more things than one row holds, over years, applied in random batches and asked over random days.
@Suite struct SalesReportTests {
    private static let sellers = 70
    private static let categories = 70
    private static let products = 1_200
    private static let firstDay = -400
    private static let dayCount = 1_500

    @Test func reportsAreWhatTheOrdersSay() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("reportsAreWhatTheOrdersSay: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let events = Self.events(&random)
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let build = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        var reader = try Answers(build, Freshness(), seed: seed)
        var applied = 0
        // After the orders, and after some of them are gone: nothing of those may be left.
        for end in [events.count * 3 / 4, events.count] {
            while applied < end {
                let next = min(end, applied + Int.random(in: 1...900, using: &random))
                try Self.apply(events[applied..<next], to: build)
                applied = next
            }
            let market = NaiveMarket(events.prefix(end))
            // The reader's snapshots are new: nothing was stamped, but nothing it kept is of this position either.
            reader = try Answers(build, Freshness(), seed: seed)
            var ranges = [NaiveMarket.Range(), .init(category: Self.category(3)), .init(category: "nothing")]
            for _ in 0..<16 { ranges.append(Self.range(&random)) }
            try reader.expectReports(market, ranges, limit: 100, hasCards: false)
            try reader.expectReports(market, [Self.range(&random)], limit: 3, hasCards: false)
        }
        let other = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        try Self.apply(events[...], to: other)
        #expect(try tallies(build) == tallies(other), "in random batches and in one")
    }

    /// Whichever rows hold the best, those that are passed over hold none of them.
    @Test func theBestAreFoundInWhicheverRowsTheyStand() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("theBestAreFoundInWhicheverRowsTheyStand: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var events = Self.events(&random, products: 4_000, orders: 0)
        for number in 0..<300 {
            // Few lines of very different prices: a chunk's best is in any of its rows, and in any month.
            let lines = (0..<Int.random(in: 1...2, using: &random)).map { _ in
                let product = Int.random(in: 0..<4_000, using: &random)
                return OrderCreated.Line(
                    productId: Text("p\(product)"), sellerId: Text("s\(product % Self.sellers)"), sku: "sku",
                    title: "title", quantity: Int64.random(in: 1...3, using: &random),
                    unitPrice: 1 << Int64.random(in: 0...9, using: &random))
            }
            let created = OrderCreated(
                orderId: Text("o\(number)"), customerId: "c0", status: .paid, lines: lines,
                total: lines.reduce(0) { $0 + $1.quantity * $1.unitPrice })
            let time = Timestamp(milliseconds: Int64.random(in: 0..<200, using: &random) * 86_400_000)
            events.append(
                StoredEvent(position: UInt64(events.count + 1), time: time, event: .orderCreated(created)))
        }
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let build = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        try Self.apply(events[...], to: build)
        var reader = try Answers(build, Freshness(), seed: seed)
        let ranges: [NaiveMarket.Range] = [
            .init(), .init(from: "1970-01-20"), .init(from: "1970-02-01", to: "1970-04-01"),
            .init(from: "1970-01-07", to: "1970-05-20"), .init(from: "1970-03-03", to: "1970-03-09"),
            .init(to: "1970-06-01", category: Self.category(3)),
        ]
        try reader.expectReports(NaiveMarket(events[...]), ranges, limit: 3, hasCards: false)
    }

    /// An engine with a bound gives the answer of one without, or none; whatever the bound.
    @Test func boundedReportsAreWholeOrNotGiven() throws {
        var random = SeededGenerator(seed: 2)
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let build = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        try Self.apply(Self.events(&random)[...], to: build)
        var queries: [Query] = []
        for text in [
            "", "category=category%203", "from=1970-01-01&to=1971-06-01", "from=1969-05-05T12:00:00Z",
            "from=1969-01-01T01:00:00Z&to=1970-01-01T23:00:00Z",
        ] {
            let parameters = Array(text.utf8)
            queries.append(.topProducts(try TopProductsQuery(parameters.span.bytes)))
            for by in ["day", "category", "seller"] {
                let parameters = Array((text + (text.isEmpty ? "by=\(by)" : "&by=\(by)")).utf8)
                queries.append(.sales(try SalesQuery(parameters.span.bytes)))
            }
        }
        func answers(_ budget_ns: Int) throws -> [[UInt8]?] {
            var engine = try QueryEngine(views: build, freshness: Freshness(), cacheBytes: 0, budget_ns: budget_ns)
            return try queries.map { query in
                guard case .found(let answer) = try engine.answer(query, target: RawSpan()) else { return nil }
                return Array(answer.body)
            }
        }
        let whole = try answers(.max)
        #expect(whole.allSatisfy { $0 != nil })
        #expect(try answers(0).allSatisfy { $0 == nil }, "every report reads sales")
        var counts: Set<Int> = []
        var budget_ns = 1_000
        while counts.max() ?? 0 < queries.count {
            let bounded = try answers(budget_ns)
            for (bounded, whole) in zip(bounded, whole) where bounded != nil { #expect(bounded == whole) }
            counts.insert(bounded.count { $0 != nil })
            budget_ns += budget_ns / 8
        }
        #expect(counts.count > 5, "the bounds did not part the queries")
    }

    @Test func whatIsSoldAndTakenBackLeavesNoRow() throws {
        var random = SeededGenerator(seed: 1)
        var events = Self.events(&random).filter {
            switch $0.event {
            case .orderCreated, .orderCancelled, .orderRefunded: false
            default: true
            }
        }
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let build = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        try Self.apply(events[...], to: build)
        let before = try sales(build)
        #expect(before.rows == 0)
        let count = UInt64(events.count)
        events = (0..<500).map { Self.order($0, position: count + 1 + UInt64($0), &random) }
        try Self.apply(events[...], to: build)
        #expect(try sales(build).rows > 100)
        events = (0..<500).map {
            let gone = OrderCancelled(orderId: Text("o\($0)"), returned: [])
            return StoredEvent(
                position: count + 501 + UInt64($0), time: Timestamp(milliseconds: 0), event: .orderCancelled(gone))
        }
        try Self.apply(events[...], to: build)
        #expect(try sales(build) == before)
    }

    // MARK: Parts

    private func tallies(_ build: ViewBuild) throws -> [Tally] { try build.beginRead().tallies() }

    private func sales(_ build: ViewBuild) throws -> Tally {
        try tallies(build)[ViewTable.allCases.firstIndex(of: .sales)!]
    }

    private static func apply(_ events: ArraySlice<StoredEvent>, to build: ViewBuild) throws {
        guard let last = events.last else { return }
        var views = try build.beginWrite()
        for event in events { try views.apply(event.event, at: Moment(position: event.position, time: event.time)) }
        try views.commit(position: last.position, epoch: 1)
    }

    private static func category(_ index: Int) -> Text { Text("category \(index)") }

    private static func day(_ random: inout SeededGenerator) -> Int {
        firstDay + Int.random(in: 0..<dayCount, using: &random)
    }

    /// At any distance, so that some lie within a month and others hold many; some ends are open, some begin months, some lie
    /// within a day.
    private static func range(_ random: inout SeededGenerator) -> NaiveMarket.Range {
        let from = day(&random)
        let to = from + [0, 1, 20, 70, 800].randomElement(using: &random)! * Int.random(in: 0...2, using: &random)
        func text(_ day: Int) -> String? {
            if Int.random(in: 0..<5, using: &random) == 0 { return nil }
            let date = Date(timeIntervalSince1970: Double(day) * 86_400).ISO8601Format().prefix(10)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return date.prefix(8) + "01"
            case 1, 2:
                let time = Timestamp(milliseconds: Int64.random(in: 0..<86_400_000, using: &random)).text
                return "\(date)\(time.dropFirst(10))"
            default: return String(date)
            }
        }
        var range = NaiveMarket.Range(from: text(from), to: text(to))
        if let from = range.from, let to = range.to, from > to { (range.from, range.to) = (to, from) }
        if Bool.random(using: &random) { range.category = category(Int.random(in: 0..<categories, using: &random)) }
        return range
    }

    private static func order(_ number: Int, position: UInt64, _ random: inout SeededGenerator) -> StoredEvent {
        let lines = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            // The lower half sells more.
            let product = Int.random(in: 0..<(Bool.random(using: &random) ? 40 : products), using: &random)
            return OrderCreated.Line(
                productId: Text("p\(product)"), sellerId: Text("s\(product % sellers)"), sku: "sku", title: "title",
                quantity: Int64.random(in: 1...3, using: &random), unitPrice: Int64.random(in: 1...300, using: &random))
        }
        let status: OrderStatus = Int.random(in: 0..<9, using: &random) == 0 ? .refunded : .paid
        let created = OrderCreated(
            orderId: Text("o\(number)"), customerId: "c0", status: status, lines: lines,
            total: lines.reduce(0) { $0 + $1.quantity * $1.unitPrice })
        let time = Int64(day(&random)) * 86_400_000 + Int64.random(in: 0..<86_400_000, using: &random)
        return StoredEvent(position: position, time: Timestamp(milliseconds: time), event: .orderCreated(created))
    }

    private static func events(
        _ random: inout SeededGenerator, products: Int = products, orders: Int = 2_000
    ) -> [StoredEvent] {
        var events: [StoredEvent] = []
        func note(_ event: Event) {
            events.append(
                StoredEvent(
                    position: UInt64(events.count + 1), time: Timestamp(milliseconds: Int64(events.count % 3)),
                    event: event))
        }
        // Customers between the sellers, so that those stand in several chunks of users.
        for index in 0..<sellers {
            note(.userRegistered(UserRegistered(userId: Text("s\(index)"), name: "S", role: .seller)))
            note(.userRegistered(UserRegistered(userId: Text("c\(index)"), name: "C", role: .customer)))
        }
        for index in 0..<products {
            note(
                .productAdded(
                    ProductAdded(
                        productId: Text("p\(index)"), sellerId: Text("s\(index % sellers)"), sku: Text("sku\(index)"),
                        title: "title", category: category(index % categories), price: 1, stock: 0)))
        }
        var open: [Int] = []
        for number in 0..<orders {
            if Int.random(in: 0..<10, using: &random) == 0 {
                let product = Text("p\(Int.random(in: 0..<60, using: &random))")
                let moved = category(Int.random(in: 0..<5, using: &random))
                note(.productUpdated(ProductUpdated(productId: product, category: moved)))
            }
            let order = order(number, position: UInt64(events.count + 1), &random)
            events.append(order)
            if case .orderCreated(let created) = order.event, created.status == .paid { open.append(number) }
            if number > 1_000, let index = open.indices.randomElement(using: &random) {
                let gone = Text("o\(open.remove(at: index))")
                note(
                    Bool.random(using: &random)
                        ? .orderCancelled(OrderCancelled(orderId: gone, returned: []))
                        : .orderRefunded(OrderRefunded(orderId: gone)))
            }
        }
        note(.productDiscontinued(ProductDiscontinued(productId: "p1")))
        return events
    }
}
