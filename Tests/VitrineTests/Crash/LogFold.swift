import Testing

/// The market as the test itself works it out from `/v1/events`, to compare with what the views say.
struct LogFold {
    struct Product: Equatable {
        var seller: String
        var price: Int
        var available: Int
        var sold = 0
        var addedAt: String
        var position: Int
    }

    struct User: Equatable {
        var role: String
        var orders = 0
        var spent = 0
        var products = 0
        var sold = 0
    }

    struct Order: Equatable {
        var customer: String
        var sellers: Set<String>
        var total: Int
        var units: Int
        var placedAt: String
        var position: Int
    }

    private(set) var products: [String: Product] = [:]
    private(set) var users: [String: User] = [:]
    private(set) var orders: [String: Order] = [:]

    init(_ events: [JSON]) throws {
        for event in events { try apply(event) }
    }

    private mutating func apply(_ event: JSON) throws {
        let data = event["data"]
        let position = try #require(event["position"].integer)
        let time = try #require(event["time"].string)
        switch event["type"].string {
        case "UserRegistered":
            users[try #require(data["userId"].string)] = User(role: try #require(data["role"].string))
        case "ProductAdded":
            let seller = try #require(data["sellerId"].string)
            products[try #require(data["productId"].string)] = Product(
                seller: seller, price: try #require(data["price"]["amount"].integer),
                available: try #require(data["stock"].integer), addedAt: time, position: position)
            users[seller]?.products += 1
        case "StockAdjusted":
            products[try #require(data["productId"].string)]?.available += try #require(data["delta"].integer)
        case "PriceChanged":
            products[try #require(data["productId"].string)]?.price = try #require(data["price"]["amount"].integer)
        case "OrderCreated": try applyOrder(data, position, time)
        default: Issue.record("an event that no client caused: \(event)")
        }
    }

    private mutating func applyOrder(_ data: JSON, _ position: Int, _ time: String) throws {
        let customer = try #require(data["customerId"].string)
        var order = Order(
            customer: customer, sellers: [], total: try #require(data["total"]["amount"].integer), units: 0,
            placedAt: time, position: position)
        for line in try #require(data["lines"].array) {
            let id = try #require(line["productId"].string)
            let quantity = try #require(line["quantity"].integer)
            let product = try #require(products[id], "\(id) was ordered before it was added")
            #expect(line["unitPrice"]["amount"].integer == product.price, "price at position \(position)")
            #expect(product.available >= quantity, "\(id) was sold below zero at position \(position)")
            products[id]?.available -= quantity
            products[id]?.sold += quantity
            users[product.seller]?.sold += quantity
            order.sellers.insert(product.seller)
            order.units += quantity
        }
        orders[try #require(data["orderId"].string)] = order
        users[customer]?.orders += 1
        users[customer]?.spent += order.total
    }

    // MARK: Comparison

    /// Compares everything that a client can see with this fold.
    func expectViews(_ client: Client, after token: String?) throws {
        try expectProducts(client, token)
        try expectOrders(client, token)
        for (id, user) in users {
            let shown = try client.get("/v1/users/\(id)", after: token).json
            #expect(shown["role"].string == user.role)
            if user.role == "customer" {
                #expect(shown["orderCount"].integer == user.orders, "\(id)")
                #expect(shown["spent"]["amount"].integer == user.spent, "\(id)")
            } else {
                #expect(shown["productCount"].integer == user.products, "\(id)")
                #expect(shown["sold"].integer == user.sold, "\(id)")
            }
        }
    }

    private func expectProducts(_ client: Client, _ token: String?) throws {
        let newest = products.sorted { ($0.value.addedAt, $0.value.position) > ($1.value.addedAt, $1.value.position) }
        let listed = try client.list("/v1/products?limit=100", after: token)
        #expect(listed.map { $0["productId"].string } == newest.map(\.key))
        for card in listed {
            let id = try #require(card["productId"].string)
            let product = Product(
                seller: try #require(card["seller"]["userId"].string),
                price: try #require(card["price"]["amount"].integer),
                available: try #require(card["available"].integer), sold: try #require(card["sold"].integer),
                addedAt: try #require(card["addedAt"].string), position: products[id]?.position ?? 0)
            #expect(product == products[id], "\(id)")
        }
        let cheapest = newest.map { ($0.value.price, $0.key) }
        let byPrice = try client.list("/v1/products?limit=100&sort=price", after: token)
        #expect(byPrice.map { $0["price"]["amount"].integer ?? 0 } == cheapest.map(\.0).sorted())
        #expect(Set(byPrice.map { $0["productId"].string }) == Set(products.keys.map { $0 }))
    }

    private func expectOrders(_ client: Client, _ token: String?) throws {
        let newest = orders.sorted { ($0.value.placedAt, $0.value.position) > ($1.value.placedAt, $1.value.position) }
        let listed = try client.list("/v1/orders?limit=100", after: token)
        #expect(listed.map { $0["orderId"].string } == newest.map(\.key))
        for card in listed {
            let order = try #require(orders[card["orderId"].string ?? ""])
            #expect(card["total"]["amount"].integer == order.total)
            #expect(card["unitCount"].integer == order.units)
            #expect(card["customer"]["userId"].string == order.customer)
        }
        for (id, user) in users {
            let role = user.role
            let own = newest.filter { role == "customer" ? $0.value.customer == id : $0.value.sellers.contains(id) }
            let shown = try client.list("/v1/orders?limit=100&\(role)=\(id)", after: token)
            #expect(shown.map { $0["orderId"].string } == own.map(\.key), "\(role) \(id)")
        }
    }
}
