import ArgumentParser
import CBareReads
import Glibc
import JSON
import Marketplace
import Views

/// How many rows each kind of event writes when it is alone in its batch.
///
/// A small market is made in a directory of its own and its rows are compared before and after each event, so whatever
/// applies an event is counted by what it leaves.
struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The rows that each kind of event writes and removes, by table, when it is alone in its batch.")

    func run() throws {
        var template = Array("/tmp/storefront-times-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw BenchmarkError("no directory can be made in /tmp") }
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer {
            for name in ["data.mdb", "lock.mdb"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        var market = try SmallMarket(path)
        print("\(padded("event", 46))\(right("written", 8))\(right("removed", 8))  tables")
        for (name, event) in SmallMarket.shown {
            let changes = try market.apply(event)
            let tables = changes.tables.map { $0.count == 1 ? $0.table : "\($0.table) \($0.count)" }
            print(
                "\(padded(name, 46))\(right("\(changes.written)", 8))\(right("\(changes.removed)", 8))"
                    + "  \(tables.joined(separator: ", "))")
        }
    }
}

/// What an event left: rows that are new or changed, and rows that are gone.
struct RowChanges {
    var written = 0
    var removed = 0
    /// Rows written and removed of each table.
    var tables: [(table: String, count: Int)] = []
}

/// A market of few things, and the rows of its views.
struct SmallMarket {
    private let build: ViewBuild
    private let bare: OpaquePointer
    private var position: UInt64 = 0
    private var rows: [String: [[UInt8]: [UInt8]]] = [:]

    init(_ path: String) throws {
        build = try ViewBuild.create(path: path, currency: Currency("GBP")!, identityHigh: 1, identityLow: 1)
        guard let bare = bare_open(path) else { throw BenchmarkError("\(path) cannot be read") }
        self.bare = bare
        for event in SmallMarket.beginning { _ = try apply(event) }
    }

    /// Applies one event in a batch of its own.
    mutating func apply(_ event: Event) throws -> RowChanges {
        position += 1
        var writer = try build.beginWrite()
        try writer.apply(event, at: Moment(position: position, time: Timestamp(milliseconds: Int64(position) * 60_000)))
        try writer.commit(position: position, epoch: 1)
        bare_renew(bare)
        var changes = RowChanges()
        for name in ViewTable.allCases.map(\.name) {
            let before = rows[name] ?? [:]
            let after = Rows.read(bare, name)
            let written = after.count { before[$0.key] != $0.value }
            let removed = before.keys.count { after[$0] == nil }
            changes.written += written
            changes.removed += removed
            if written + removed > 0 { changes.tables.append((name, written + removed)) }
            rows[name] = after
        }
        return changes
    }

    private static let beginning: [Event] =
        (1...3).map { .userRegistered(UserRegistered(userId: Text("s\($0)"), name: "A seller", role: .seller)) }
        + (1...3).map { .userRegistered(UserRegistered(userId: Text("c\($0)"), name: "A customer", role: .customer)) }
        + (1...60).map { .productAdded(product($0)) }
        + (1...9).map { .orderCreated(order($0, lines: 1)) }
        + [.orderPaid(OrderPaid(orderId: "o5")), .orderShipped(OrderShipped(orderId: "o5"))]

    private static func product(_ number: Int) -> ProductAdded {
        ProductAdded(
            productId: Text("p\(number)"), sellerId: Text("s\(1 + number % 3)"), sku: Text("SKU-\(number)"),
            title: Text("Title \(number)"), description: "A description.", category: Text("category-\(number % 5)"),
            price: 1_000 + Int64(number), stock: 100)
    }

    private static func order(_ number: Int, lines: Int) -> OrderCreated {
        let lines = (0..<lines).map { line in
            let product = product(10 + number + line)
            return OrderCreated.Line(
                productId: product.productId, sellerId: product.sellerId, sku: product.sku, title: product.title,
                quantity: 2, unitPrice: product.price)
        }
        return OrderCreated(
            orderId: Text("o\(number)"), customerId: Text("c\(1 + number % 3)"), status: .created, lines: lines,
            total: lines.reduce(0) { $0 + $1.quantity * $1.unitPrice })
    }

    /// What is measured, each behind the one before it.
    static let shown: [(name: String, event: Event)] = [
        ("UserRegistered", .userRegistered(UserRegistered(userId: "c4", name: "Another customer", role: .customer))),
        ("UserUpdated, a new name", .userUpdated(UserUpdated(userId: "s1", name: "A new name"))),
        ("ProductAdded", .productAdded(product(61))),
        ("ProductUpdated, a new title", .productUpdated(ProductUpdated(productId: "p1", title: "Another title"))),
        (
            "ProductUpdated, another category",
            .productUpdated(ProductUpdated(productId: "p1", category: "category-3"))
        ),
        ("PriceChanged", .priceChanged(PriceChanged(productId: "p1", price: 1_234))),
        ("StockAdjusted", .stockAdjusted(StockAdjusted(productId: "p1", delta: 5))),
        ("StockAdjusted, the last unit goes", .stockAdjusted(StockAdjusted(productId: "p1", delta: -105))),
        (
            "ProductReviewed",
            .productReviewed(ProductReviewed(productId: "p2", customerId: "c1", rating: 5, text: "Good."))
        ),
        (
            "ProductReviewed, in place of an earlier one",
            .productReviewed(ProductReviewed(productId: "p2", customerId: "c1", rating: 4))
        ),
        ("ProductDiscontinued", .productDiscontinued(ProductDiscontinued(productId: "p3"))),
        ("OrderCreated, a line", .orderCreated(order(10, lines: 1))),
        ("OrderCreated, three lines of three sellers", .orderCreated(order(20, lines: 3))),
        ("OrderPaid", .orderPaid(OrderPaid(orderId: "o10"))),
        ("OrderShipped", .orderShipped(OrderShipped(orderId: "o10"))),
        ("OrderDelivered", .orderDelivered(OrderDelivered(orderId: "o10"))),
        (
            "OrderCancelled, a line",
            .orderCancelled(
                OrderCancelled(orderId: "o4", returned: [ProductUnits(productId: "p14", quantity: 2)]))
        ),
        ("OrderRefunded, a line", .orderRefunded(OrderRefunded(orderId: "o5"))),
    ]
}

/// Collects the rows of a table.
private final class Rows {
    private var rows: [[UInt8]: [UInt8]] = [:]

    static func read(_ bare: OpaquePointer, _ table: String) -> [[UInt8]: [UInt8]] {
        let rows = Rows()
        bare_each(bare, table, Unmanaged.passUnretained(rows).toOpaque()) { context, key, keyBytes, value, valueBytes in
            let rows = Unmanaged<Rows>.fromOpaque(context!).takeUnretainedValue()
            let key = [UInt8](UnsafeRawBufferPointer(start: key, count: keyBytes))
            rows.rows[key] = [UInt8](UnsafeRawBufferPointer(start: value, count: valueBytes))
        }
        return rows.rows
    }
}
