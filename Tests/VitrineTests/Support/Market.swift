import Testing

/// A server of one test with two sellers, a customer and a product to begin with, and the commands that tests repeat.
struct Market {
    let data: DataDirectory
    let server: ServerProcess
    let client: Client

    init(_ arguments: [String] = []) throws {
        data = try DataDirectory()
        server = try ServerProcess.start(data, arguments)
        client = try server.connect()
        try accept("RegisterUser", ["userId": "ann", "name": "Ann", "email": "ann@example.org", "role": "customer"])
        try accept("RegisterUser", ["userId": "sam", "name": "Sam", "role": "seller", "country": "FR"])
        try accept("RegisterUser", ["userId": "sue", "name": "Sue", "role": "seller"])
        let token = try accept("AddProduct", Market.product("lamp", stock: 10)).token
        // Tests begin with views that show all of this.
        _ = try client.get("/v1/products/lamp", after: token)
    }

    static func product(
        _ id: String, seller: String = "sam", category: String = "home", price: Int = 1_999, stock: Int = 10
    ) -> JSON {
        [
            "productId": .string(id), "sellerId": .string(seller), "sku": "sku-\(id)", "title": "The \(id)",
            "category": .string(category), "price": gbp(price), "stock": .integer(stock),
        ]
    }

    static func order(_ id: String, customer: String = "ann", _ lines: [(String, Int)]) -> JSON {
        [
            "orderId": .string(id), "customerId": .string(customer),
            "lines": .array(lines.map { ["productId": .string($0), "quantity": .integer($1)] }),
        ]
    }

    /// Sends a command that must be accepted.
    @discardableResult
    func accept(
        _ name: String, _ body: JSON, _ headers: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        let answer = try client.command(name, body, headers)
        try #require(answer.status == 200, "\(name) \(body): \(answer.text)", sourceLocation: sourceLocation)
        return answer
    }

    /// All items of a list, page by page, as of `token` or later.
    func list(_ target: String, after token: String? = nil) throws -> [JSON] { try client.list(target, after: token) }

    /// The ids of products or orders in a list.
    func ids(_ target: String, after token: String? = nil) throws -> [String] {
        try list(target, after: token).map { $0["productId"].string ?? $0["orderId"].string ?? "?" }
    }
}

extension Client {
    /// All items of a list, page by page, as of `token` or later.
    func list(_ target: String, after token: String? = nil) throws -> [JSON] {
        var items: [JSON] = []
        var cursor: String?
        repeat {
            let page = try get(
                target + (cursor.map { (target.contains("?") ? "&" : "?") + "cursor=" + $0 } ?? ""), after: token)
            try #require(page.status == 200, "\(target): \(page.text)")
            items += page.json["items"].array ?? []
            cursor = page.json["nextCursor"].string
        } while cursor != nil
        return items
    }

    /// All events after a position, each line parsed.
    func events(after position: Int = 0) throws -> [JSON] {
        var events: [JSON] = []
        var last = position
        while true {
            let page = try get("/v1/events?after=\(last)&limit=1000")
            try #require(page.status == 200, "\(page.text)")
            let lines = try page.body.split(separator: UInt8(ascii: "\n")).map { try JSON(Array($0)) }
            guard let end = lines.last?["position"].integer else { return events }
            events += lines
            last = end
        }
    }
}
