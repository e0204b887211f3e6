import Foundation
import JSON
import Marketplace

/// What queries must answer, recomputed from all events with dictionaries and sorting: no tables, keys or splices.
struct NaiveMarket {
    struct User {
        var number: UInt64
        var since: Timestamp
        var registered: UserRegistered
        var version = 1
    }

    struct Product {
        var number: UInt64
        var addedAt: Timestamp
        var updatedAt: Timestamp
        var added: ProductAdded
        var version = 1
        var isDiscontinued = false
    }

    struct Order {
        var number: UInt64
        var placedAt: Timestamp
        var created: OrderCreated
        /// The products' images when it was placed.
        var images: [Text?]
        /// The products' categories then.
        var categories: [Text]
        /// Every status that it had.
        var history: [(status: OrderStatus, at: Timestamp, reason: Text?)]

        var isSale: Bool { history.last!.status != .cancelled && history.last!.status != .refunded }
    }

    struct Review {
        var number: UInt64
        var at: Timestamp
        var given: ProductReviewed
    }

    private(set) var users: [Text: User] = [:]
    private(set) var products: [Text: Product] = [:]
    private(set) var orders: [Text: Order] = [:]
    /// In the order in which they were given, those that were replaced left out.
    private(set) var reviews: [Review] = []

    init(_ events: some Sequence<StoredEvent>) { for event in events { apply(event) } }

    private mutating func apply(_ stored: StoredEvent) {
        let (number, time) = (stored.position, stored.time)
        switch stored.event {
        case .userRegistered(let event):
            users[event.userId] = User(number: number, since: time, registered: event)
        case .userUpdated(let event):
            users[event.userId]!.version += 1
            if let name = event.name { users[event.userId]!.registered.name = name }
            event.country.change(&users[event.userId]!.registered.country)
        case .productAdded(let event):
            products[event.productId] = Product(number: number, addedAt: time, updatedAt: time, added: event)
        case .productUpdated(let event):
            note(event.productId, time) {
                if let title = event.title { $0.added.title = title }
                if let category = event.category { $0.added.category = category }
                event.description.change(&$0.added.description)
                event.imageUrl.change(&$0.added.imageUrl)
            }
        case .priceChanged(let event): note(event.productId, time) { $0.added.price = event.price }
        case .stockAdjusted(let event): note(event.productId, time) { $0.added.stock += event.delta }
        case .productDiscontinued(let event): note(event.productId, time) { $0.isDiscontinued = true }
        case .orderCreated(let event):
            orders[event.orderId] = Order(
                number: number, placedAt: time, created: event,
                images: event.lines.map { products[$0.productId]!.added.imageUrl },
                categories: event.lines.map { products[$0.productId]!.added.category },
                history: [(event.status, time, nil)])
            guard event.status != .cancelled else { return }
            for line in event.lines { products[line.productId]!.added.stock -= line.quantity }
        case .orderPaid(let event): orders[event.orderId]!.history.append((.paid, time, nil))
        case .orderShipped(let event): orders[event.orderId]!.history.append((.shipped, time, nil))
        case .orderDelivered(let event): orders[event.orderId]!.history.append((.delivered, time, nil))
        case .orderCancelled(let event):
            orders[event.orderId]!.history.append((.cancelled, time, event.reason))
            for units in event.returned { products[units.productId]!.added.stock += units.quantity }
        case .orderRefunded(let event): orders[event.orderId]!.history.append((.refunded, time, event.reason))
        case .productReviewed(let event):
            reviews.removeAll { $0.given.productId == event.productId && $0.given.customerId == event.customerId }
            reviews.append(Review(number: number, at: time, given: event))
            note(event.productId, time) { _ in }
        }
    }

    private mutating func note(_ id: Text, _ time: Timestamp, _ change: (inout Product) -> Void) {
        products[id]!.updatedAt = time
        products[id]!.version += 1
        change(&products[id]!)
    }

    // MARK: Lists

    /// Ids of the listed products, in order.
    func productIds(category: Text?, seller: Text?, sort: String) -> [String] {
        let found = products.values.filter {
            !$0.isDiscontinued && (category == nil || $0.added.category == category)
                && (seller == nil || $0.added.sellerId == seller)
        }
        let ordered = found.sorted { left, right in
            if sort != "newest", left.added.price != right.added.price {
                return (left.added.price < right.added.price) == (sort == "price")
            }
            return (left.addedAt, left.number) > (right.addedAt, right.number)
        }
        return ordered.map { $0.added.productId.description }
    }

    struct OrderFilter {
        var customer: Text?
        var seller: Text?
        var status: OrderStatus?
        var from: Int64?
        var to: Int64?
    }

    /// Ids of the orders, in order.
    func orderIds(_ filter: OrderFilter, sort: String) -> [String] {
        let found = orders.values.filter { order in
            (filter.customer == nil || order.created.customerId == filter.customer)
                && (filter.seller == nil || order.created.lines.contains { $0.sellerId == filter.seller })
                && (filter.status == nil || order.history.last!.status == filter.status)
                && order.placedAt.milliseconds >= filter.from ?? .min && order.placedAt.milliseconds < filter.to ?? .max
        }
        let ordered = found.sorted { left, right in
            if sort == "-total", left.created.total != right.created.total {
                return left.created.total > right.created.total
            }
            return ((left.placedAt, left.number) > (right.placedAt, right.number)) == (sort != "placedAt")
        }
        return ordered.map { $0.created.orderId.description }
    }

    // MARK: Things

    func user(_ id: Text) -> NSDictionary? {
        guard let user = users[id] else { return nil }
        var json: [String: Any] = [
            "userId": id.description, "name": user.registered.name.description,
            "role": "\(user.registered.role.name)", "country": orNull(user.registered.country),
            "since": user.since.text, "version": user.version,
        ]
        let sales = orders.values.filter(\.isSale)
        switch user.registered.role {
        case .customer:
            json["orderCount"] = orders.values.count { $0.created.customerId == id }
            json["spent"] = money(sales.filter { $0.created.customerId == id }.reduce(0) { $0 + $1.created.total })
        case .seller:
            json["productCount"] = products.values.count { $0.added.sellerId == id && !$0.isDiscontinued }
            let lines = sales.flatMap(\.created.lines).filter { $0.sellerId == id }
            json["sold"] = lines.reduce(0) { $0 + $1.quantity }
        }
        return json as NSDictionary
    }

    func productCard(_ id: Text) -> [String: Any]? {
        guard let product = products[id] else { return nil }
        let added = product.added
        return [
            "productId": id.description, "sku": added.sku.description, "title": added.title.description,
            "price": money(added.price), "rating": rating(id),
            "imageUrl": orNull(added.imageUrl), "category": added.category.description, "seller": named(added.sellerId),
            "available": added.stock, "sold": sold(id), "addedAt": product.addedAt.text,
        ]
    }

    private func sold(_ id: Text) -> Int64 {
        let lines = orders.values.filter(\.isSale).flatMap(\.created.lines)
        return lines.reduce(0) { $1.productId == id ? $0 + $1.quantity : $0 }
    }

    private func rating(_ id: Text) -> [String: Any] {
        let ratings = reviews.filter { $0.given.productId == id }.map(\.given.rating)
        guard !ratings.isEmpty else { return ["average": NSNull(), "count": 0] }
        // Foundation rounds half away from zero, which is up for what is above it.
        let average = (Double(ratings.reduce(0, +) * 10) / Double(ratings.count)).rounded() / 10
        return ["average": average, "count": ratings.count]
    }

    /// The reviews of a product, newest first.
    func productReviews(_ id: Text) -> [NSDictionary]? {
        guard products[id] != nil else { return nil }
        let found = reviews.filter { $0.given.productId == id }.sorted { ($0.at, $0.number) > ($1.at, $1.number) }
        return found.map {
            [
                "customer": named($0.given.customerId), "rating": $0.given.rating, "text": orNull($0.given.text),
                "at": $0.at.text,
            ] as NSDictionary
        }
    }

    func product(_ id: Text) -> NSDictionary? {
        guard var json = productCard(id), let product = products[id] else { return nil }
        json["description"] = orNull(product.added.description)
        json["status"] = product.isDiscontinued ? "discontinued" : "listed"
        json["updatedAt"] = product.updatedAt.text
        json["version"] = product.version
        return json as NSDictionary
    }

    func orderCard(_ id: Text) -> [String: Any]? {
        guard let order = orders[id] else { return nil }
        let created = order.created
        return [
            "orderId": id.description, "customer": named(created.customerId),
            "status": "\(order.history.last!.status.name)",
            "placedAt": order.placedAt.text, "total": money(created.total), "lineCount": created.lines.count,
            "unitCount": created.lines.reduce(0) { $0 + $1.quantity },
            "preview": created.lines.prefix(3).map { $0.title.description },
        ]
    }

    func order(_ id: Text) -> NSDictionary? {
        guard var json = orderCard(id), let order = orders[id] else { return nil }
        json["lines"] = zip(order.created.lines, order.images).map { line, image -> [String: Any] in
            [
                "productId": line.productId.description, "sku": line.sku.description,
                "title": line.title.description, "imageUrl": orNull(image), "seller": named(line.sellerId),
                "quantity": line.quantity, "unitPrice": money(line.unitPrice),
                "lineTotal": money(line.quantity * line.unitPrice),
            ]
        }
        json["history"] = order.history.map { entry -> [String: Any] in
            ["status": "\(entry.status.name)", "at": entry.at.text, "reason": orNull(entry.reason)]
        }
        json["version"] = order.history.count
        return json as NSDictionary
    }

    func named(_ user: Text) -> [String: Any] {
        ["userId": user.description, "name": users[user]!.registered.name.description]
    }

    func money(_ amount: Amount) -> [String: Any] { ["amount": amount, "currency": "GBP"] }

    private func orNull(_ text: Text?) -> Any { text.map { $0.description } ?? NSNull() }
}

extension Change<Text> {
    fileprivate func change(_ value: inout Text?) {
        switch self {
        case .keep: break
        case .clear: value = nil
        case .set(let new): value = new
        }
    }
}

extension Timestamp {
    var text: String {
        var writer = ByteWriter()
        writer.append(self)
        return String(decoding: writer.copyBytes(), as: UTF8.self)
    }
}
