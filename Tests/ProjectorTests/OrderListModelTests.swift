import Foundation
import JSON
import LMDB
import Marketplace
import Testing

@testable import Views

/// Lists of thousands of orders, enough for every way of finding them, against sorted arrays.
@Suite struct OrderListModelTests {
    @Test func everyFilterAndSortAnswersWhatASortedArrayDoes() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("everyFilterAndSortAnswersWhatASortedArrayDoes: seed \(seed)")
        var market = ManyOrders(seed: seed)
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let whole = try makeBuild(builds, market.events, batch: .max)
        let parts = try makeBuild(builds, market.events, batch: 701)
        try expectSameRows(whole, parts)

        let snapshot = try parts.beginRead()
        let columns = ColumnReader()
        var ways: [OrderFindingWay: Int] = [:]
        // Random filters until every way was taken often, which 500 nearly always do.
        for round in 0..<5_000 {
            if round >= 500, OrderFindingWay.allCases.allSatisfy({ ways[$0] ?? 0 > 5 }) { break }
            let wanted = market.randomFilter()
            for sort in OrderSort.allCases {
                let all = market.orders(wanted, sort)
                var request = OrderListRequest(limit: Int(market.int(1...100)))
                request.sort = sort
                request.filter = wanted.filter(market)
                var start = 0
                // From the beginning, or from behind an order somewhere in the list.
                if let last = all.indices.randomElement(using: &market.random), market.oneIn(2) {
                    request.after = all[last].place(sort)
                    start = last + 1
                }
                for _ in 0..<2 {
                    let end = min(start + request.limit, all.count)
                    let found = try findWithinBudget(request, columns, snapshot)
                    ways[found.way, default: 0] += 1
                    #expect(found.numbers == all[start..<end].map(\.number), "\(wanted) \(sort) \(found.way)")
                    #expect(found.next == (end < all.count ? all[end - 1].place(sort) : nil), "\(wanted) \(sort)")
                    #expect(try statuses(found, snapshot) == all[start..<end].map { "\($0.status.name)" }, "\(wanted)")
                    guard let next = found.next else { break }
                    (request.after, start) = (next, end)
                }
            }
        }
        for way in OrderFindingWay.allCases { #expect(ways[way] ?? 0 > 5, "\(way) was hardly put to the test") }
    }

    /// Of orders that tie by what chunks are passed over for, the first ones may be in any chunk.
    @Test(arguments: OrderSort.allCases)
    func ordersThatTieAcrossChunksStandInTheirOrder(sort: OrderSort) throws {
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        var market = ManyOrders(seed: 2, orders: 0)
        for index in 0..<3 * Column.chunkEntriesUsual {
            // All of one total; by time they tie too, or those of all chunks are mixed.
            let placed = sort == .total ? index * 7_919 % 4_001 : 0
            // Too rare for a walk to find a page of them.
            market.addOrder(
                customer: 0, sellers: [0], at: placed, total: 5, status: index % 400 == 0 ? .shipped : .created)
        }
        market.sort()
        let snapshot = try makeBuild(builds, market.events, batch: .max).beginRead()
        var wanted = ManyOrders.Filter()
        wanted.status = .shipped
        let expected = market.orders(wanted, sort).map(\.number)
        #expect(Set(expected.map { $0 / UInt64(Column.chunkEntriesUsual) }) == [0, 1, 2])
        var request = OrderListRequest(limit: 5)
        (request.sort, request.filter) = (sort, wanted.filter(market))
        var numbers: [UInt64] = []
        repeat {
            let found = try snapshot.findOrders(request, ColumnReader())
            if numbers.isEmpty { #expect(found.way == .columns) }
            numbers += found.numbers
            request.after = found.next
        } while request.after != nil && numbers.count <= expected.count
        #expect(numbers == expected)
    }

    /// Users on both sides of the bound where a set begins.
    @Test func aUserWhoseOrdersGrowBeyondFewLosesNone() throws {
        let directory = TemporaryDirectory()
        let builds = ViewDirectory(dataDirectory: directory.path)
        let few = Int(OrderSet.ordersMax)
        var market = ManyOrders(seed: 1, orders: 0)
        for index in 0..<(few - 1) { market.addOrder(customer: index % 8 == 0 ? 1 : 0, sellers: [0], at: index) }
        let build = try makeBuild(builds, market.events, batch: .max)
        for step in 0..<3 {
            let events = market.events.count
            market.addOrder(customer: 1, sellers: [0], at: few + step)
            market.sort()
            try apply(Array(market.events[events...]), to: build, after: UInt64(events))
            let snapshot = try build.beginRead()
            let columns = ColumnReader()
            var wanted = ManyOrders.Filter()
            wanted.seller = 0
            let lists: [(Int?, OrderSort)] = [(nil, .total), (1, .newest), (1, .total), (nil, .oldest)]
            for (customer, sort) in lists {
                wanted.customer = customer
                var request = OrderListRequest(limit: few + 3)
                request.filter = wanted.filter(market)
                request.sort = sort
                let found = try snapshot.findOrders(request, columns)
                #expect(found.numbers == market.orders(wanted, sort).map(\.number), "\(step) \(wanted) \(sort)")
            }
        }
    }

    // MARK: Parts

    /// What the orders' cards say of their status.
    private func statuses(_ found: FoundOrders, _ snapshot: borrowing ViewSnapshot) throws -> [String?] {
        var json = ByteWriter()
        json.append("[")
        try snapshot.appendOrderCards(found.orders, names: UserNames(Freshness()), to: &json)
        json.append("]")
        let cards = try #require(
            try JSONSerialization.jsonObject(with: Data(json.copyBytes())) as? [[String: Any]])
        return cards.map { $0["status"] as? String }
    }

    /// Finds what is asked for, also with just the budget for it, and holds that one nanosecond less is not enough.
    private func findWithinBudget(
        _ request: OrderListRequest, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws -> FoundOrders {
        let budget = snapshot.budget
        (budget.limit_ns, _) = (.max, budget.begin())
        let found = try snapshot.findOrders(request, columns)
        let cost = budget.spent_ns
        (budget.limit_ns, _) = (cost, budget.begin())
        #expect(try snapshot.findOrders(request, columns).numbers == found.numbers)
        #expect(!budget.isOver)
        if cost > 0 {
            (budget.limit_ns, _) = (cost - 1, budget.begin())
            _ = try snapshot.findOrders(request, columns)
            #expect(budget.isOver)
        }
        #expect((cost > 0) == (found.way == .columns))
        return found
    }

    private func makeBuild(_ builds: ViewDirectory, _ events: [Event], batch: Int) throws -> ViewBuild {
        let build = try builds.makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        var first = 0
        while first < events.count {
            let end = first + min(batch, events.count - first)
            try apply(Array(events[first..<end]), to: build, after: UInt64(first))
            first = end
        }
        return build
    }

    private func apply(_ events: [Event], to build: ViewBuild, after position: UInt64) throws {
        var writer = try build.beginWrite()
        var position = position
        for event in events {
            position += 1
            let time: Int64 =
                if case .orderCreated(let order) = event { ManyOrders.time(order.orderId) } else { 0 }
            try writer.apply(event, at: Moment(position: position, time: Timestamp(milliseconds: time)))
        }
        try writer.commit(position: position, epoch: 1)
    }

    private func expectSameRows(_ left: ViewBuild, _ right: ViewBuild) throws {
        let left = try left.beginRead()
        let right = try right.beginRead()
        for (table, tallies) in zip(ViewTable.allCases, zip(try left.tallies(), try right.tallies())) {
            #expect(tallies.0 == tallies.1, "\(table.name)")
        }
        #expect(try left.recomputedTally(.orderColumns) == left.tallies()[ViewTable.orderColumns.index])
    }
}

/// Orders of two customers and two sellers of many and of others of few, with times and totals that often meet. The first
/// half is placed in order of time, the rest in none.
private struct ManyOrders {
    struct Order {
        var number: UInt64
        var placed: Int64
        var total: Int64
        var status: OrderStatus
        var customer: Int
        var sellers: Set<Int>

        func place(_ sort: OrderSort) -> OrderPlace {
            OrderPlace(
                total: sort == .total ? UInt64(total) : 0, placed: Timestamp(milliseconds: placed).orderedBits,
                number: UInt32(number))
        }
    }

    struct Filter {
        var customer: Int?
        var seller: Int?
        var status: OrderStatus?
        var from: Int64?
        var to: Int64?

        func filter(_ market: ManyOrders) -> OrderFilter {
            var filter = OrderFilter()
            filter.customer = customer.map { UInt64(ManyOrders.sellers + $0) }
            filter.seller = seller.map { UInt64($0) }
            filter.status = status
            filter.setTimes(
                from: from.map { Timestamp(milliseconds: $0) }, to: to.map { Timestamp(milliseconds: $0) })
            return filter
        }

        func matches(_ order: Order) -> Bool {
            (customer == nil || order.customer == customer) && (seller == nil || order.sellers.contains(seller!))
                && (status == nil || order.status == status) && (from == nil || order.placed >= from!)
                && (to == nil || order.placed < to!)
        }
    }

    static let sellers = 24
    static let customers = 40
    private static let timesMax: Int64 = 4_000

    var random: SeededGenerator
    private(set) var events: [Event] = []
    private var orders: [Order] = []
    private var sorted: [OrderSort: [Int]] = [:]

    init(seed: UInt64, orders count: Int = 9_500) {
        random = SeededGenerator(seed: seed)
        for seller in 0..<ManyOrders.sellers {
            events.append(
                .userRegistered(
                    UserRegistered(userId: Text("s\(seller)"), name: "S", email: nil, role: .seller, country: nil)))
        }
        for customer in 0..<ManyOrders.customers {
            events.append(
                .userRegistered(
                    UserRegistered(userId: Text("c\(customer)"), name: "C", email: nil, role: .customer, country: nil)))
        }
        for seller in 0..<ManyOrders.sellers {
            events.append(
                .productAdded(
                    ProductAdded(
                        productId: Text("p\(seller)"), sellerId: Text("s\(seller)"), sku: "k", title: "T",
                        category: "c", price: 1,
                        stock: 1_000_000)))
        }
        for index in 0..<count {
            let inOrder = Int64(index) * ManyOrders.timesMax / Int64(count)
            let placed = index < count / 2 ? inOrder : int(0...ManyOrders.timesMax)
            addOrder(customer: randomCustomer(), sellers: randomSellers(), at: Int(placed))
        }
        // The late ones hardly move, so that a walk from the newest finds no other status for long.
        for index in 0..<(count / 3) where !oneIn(4) { moveOrder(index) }
        sort()
    }

    mutating func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    mutating func oneIn(_ count: Int64) -> Bool { int(1...count) == 1 }

    private mutating func randomCustomer() -> Int {
        switch int(0...9) {
        case 0...3: 0
        case 4...6: 1
        default: Int(int(2...Int64(ManyOrders.customers - 1)))
        }
    }

    private mutating func randomSellers() -> Set<Int> {
        var sellers: Set<Int> = []
        if !oneIn(3) { sellers.insert(0) }
        if oneIn(3) { sellers.insert(1) }
        if sellers.isEmpty || oneIn(3) { sellers.insert(Int(int(2...Int64(ManyOrders.sellers - 1)))) }
        return sellers
    }

    /// The id holds the time.
    static func time(_ id: Text) -> Int64 { Int64(id.description.split(separator: "-")[1])! - 2_000 }

    mutating func addOrder(customer: Int, sellers: Set<Int>, at placed: Int) {
        let total = oneIn(50) ? int(1...9_999_999_999) : int(1...500)
        let status: OrderStatus = orders.count % 977 == 0 ? .shipped : .created
        addOrder(customer: customer, sellers: sellers, at: placed, total: total, status: status)
    }

    mutating func addOrder(customer: Int, sellers: Set<Int>, at placed: Int, total: Int64, status: OrderStatus) {
        let number = orders.count
        // Two lines of the first seller: it is in that list once.
        let lines = ([sellers.min()!] + sellers.sorted()).map { seller in
            OrderCreated.Line(
                productId: Text("p\(seller)"), sellerId: Text("s\(seller)"), sku: "k", title: "T", quantity: 1,
                unitPrice: 1)
        }
        let created = OrderCreated(
            orderId: Text("\(number)-\(placed)"), customerId: Text("c\(customer)"), status: status, lines: lines,
            total: total)
        events.append(.orderCreated(created))
        orders.append(
            Order(
                number: UInt64(number), placed: ManyOrders.time(created.orderId), total: total, status: status,
                customer: customer, sellers: sellers))
    }

    private mutating func moveOrder(_ index: Int) {
        guard orders[index].status == .created else { return }
        let id = Text("\(index)-\(orders[index].placed + 2_000)")
        events.append(.orderPaid(OrderPaid(orderId: id)))
        orders[index].status = .paid
        if oneIn(2) {
            events.append(.orderRefunded(OrderRefunded(orderId: id, reason: nil)))
            orders[index].status = .refunded
        }
    }

    /// After orders were added.
    mutating func sort() {
        for sort in OrderSort.allCases {
            sorted[sort] = orders.indices.sorted { left, right in
                let (left, right) = (orders[left], orders[right])
                return switch sort {
                case .newest: (left.placed, left.number) > (right.placed, right.number)
                case .oldest: (left.placed, left.number) < (right.placed, right.number)
                case .total:
                    (left.total, left.placed, left.number) > (right.total, right.placed, right.number)
                }
            }
        }
    }

    func orders(_ filter: Filter, _ sort: OrderSort) -> [Order] {
        sorted[sort]!.compactMap { filter.matches(orders[$0]) ? orders[$0] : nil }
    }

    mutating func randomFilter() -> Filter {
        var filter = Filter()
        if oneIn(2) { filter.customer = oneIn(2) ? randomCustomer() : Int(int(0...1)) }
        if oneIn(2) { filter.seller = oneIn(2) ? randomSellers().randomElement(using: &random)! : Int(int(0...1)) }
        if oneIn(2) { filter.status = OrderStatus.allCases.randomElement(using: &random)! }
        if oneIn(3) { filter.from = int(-2_010...2_010) }
        if oneIn(3) { filter.to = int(max(filter.from ?? -2_010, -2_010)...2_010) }
        if oneIn(20) { filter.to = filter.from }
        return filter
    }
}
