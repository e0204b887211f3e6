import JSON
import Marketplace
import Testing
import Views

/// A small market that is written in batches as the projector writes it: stamps, commit, applied position.
final class ChangingMarket {
    struct Product {
        var id: Text
        var seller: Int
        var isListed = true
    }

    static let sellers = 3
    static let customers = 3
    static let categories = 4

    let build: ViewBuild
    let freshness = Freshness()
    /// Of the last commit.
    private(set) var position: UInt64 = 0
    private(set) var products: [Product] = []
    private(set) var orders: [(id: Text, status: OrderStatus)] = []
    private var random: SeededGenerator
    private let directory = TemporaryDirectory()

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        build = try ViewDirectory(dataDirectory: directory.path)
            .makeBuild(currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        var users: [Event] = []
        for index in 0..<ChangingMarket.sellers {
            users.append(.userRegistered(UserRegistered(userId: Text("s\(index)"), name: "Seller", role: .seller)))
        }
        for index in 0..<ChangingMarket.customers {
            users.append(.userRegistered(UserRegistered(userId: Text("c\(index)"), name: "Customer", role: .customer)))
        }
        try write(users)
    }

    /// One batch. Its events happen one after the other in time, or at times that often meet.
    func write(
        _ events: [Event], inAnyOrder: Bool = false, beforeCommit: () throws -> Void = {},
        beforePublish: () throws -> Void = {}
    ) throws {
        var writer = try build.beginWrite()
        var reached = position
        for event in events {
            reached += 1
            let time = inAnyOrder ? int(-20...20) : Int64(reached)
            try writer.apply(event, at: Moment(position: reached, time: Timestamp(milliseconds: time)))
        }
        freshness.stamp(writer.touched, at: reached)
        try beforeCommit()
        try writer.commit(position: reached, epoch: 1)
        position = reached
        try beforePublish()
        freshness.publish(applied: reached)
    }

    // MARK: Events

    func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }

    private func index(_ count: Int) -> Int { Int(int(0...Int64(count - 1))) }

    func added(category: Int, seller: Int, price: Int64, title: Text = "Lamp", stock: Int64 = 1_000) -> Event {
        let id = Text("p\(products.count)")
        products.append(Product(id: id, seller: seller))
        return .productAdded(
            ProductAdded(
                productId: id, sellerId: Text("s\(seller)"), sku: id, title: title, category: Text("k\(category)"),
                price: price, stock: stock))
    }

    func ordered(_ product: Int, customer: Int, units: Int64 = 1, price: Int64 = 5) -> Event {
        let id = Text("o\(orders.count)")
        orders.append((id, .created))
        let line = OrderCreated.Line(
            productId: products[product].id, sellerId: Text("s\(products[product].seller)"), sku: "k", title: "T",
            quantity: units, unitPrice: price)
        return .orderCreated(
            OrderCreated(
                orderId: id, customerId: Text("c\(customer)"), status: .created, lines: [line], total: units * price))
    }

    private func title() -> Text {
        ["lamp", "Lamp", "Läufer", "zebra", "a", "B"][index(6)]
    }

    /// A random change that may follow those before it.
    func randomEvent() -> Event {
        let listed = products.indices.filter { products[$0].isListed }
        let product = listed[index(listed.count)]
        let id = products[product].id
        switch int(0...19) {
        case 0, 1:
            return added(
                category: index(ChangingMarket.categories), seller: index(ChangingMarket.sellers), price: int(1...9),
                title: title(), stock: int(0...3))
        case 2, 3:
            guard listed.count > 30 else { fallthrough }
            products[product].isListed = false
            return .productDiscontinued(ProductDiscontinued(productId: id))
        case 4:
            return .productUpdated(
                ProductUpdated(productId: id, category: Text("k\(index(ChangingMarket.categories))")))
        case 5: return .productUpdated(ProductUpdated(productId: id, title: title()))
        case 6: return .productUpdated(ProductUpdated(productId: id, imageUrl: .set(Text("http://i/\(int(1...99))"))))
        case 7, 8: return .priceChanged(PriceChanged(productId: id, price: int(1...9)))
        case 9, 10: return .stockAdjusted(StockAdjusted(productId: id, delta: int(0...5)))
        case 11...13:
            return .productReviewed(
                ProductReviewed(
                    productId: id, customerId: Text("c\(index(ChangingMarket.customers))"), rating: int(1...5)))
        case 14:
            let user = int(0...1) == 0 ? Text("s\(index(ChangingMarket.sellers))") : "c0"
            return .userUpdated(UserUpdated(userId: user, name: Text("Name \(int(1...999))")))
        case 15...17:
            return ordered(product, customer: index(ChangingMarket.customers), units: int(1...3), price: int(1...9))
        default: return randomMove() ?? ordered(product, customer: 0)
        }
    }

    private func randomMove() -> Event? {
        guard !orders.isEmpty else { return nil }
        let order = index(orders.count)
        let id = orders[order].id
        func move(to status: OrderStatus, _ event: Event) -> Event {
            orders[order].status = status
            return event
        }
        switch orders[order].status {
        case .created where int(0...2) == 0:
            return move(to: .cancelled, .orderCancelled(OrderCancelled(orderId: id, returned: [])))
        case .created: return move(to: .paid, .orderPaid(OrderPaid(orderId: id)))
        case .paid where int(0...2) == 0:
            return move(to: .refunded, .orderRefunded(OrderRefunded(orderId: id)))
        case .paid: return move(to: .shipped, .orderShipped(OrderShipped(orderId: id)))
        case .shipped: return move(to: .delivered, .orderDelivered(OrderDelivered(orderId: id)))
        case .delivered, .cancelled, .refunded: return nil
        }
    }
}
