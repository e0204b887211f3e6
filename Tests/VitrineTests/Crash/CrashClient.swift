/// A client that sends random commands, several at a time, until the server is gone.
struct CrashClient: Sendable {
    static let sharedProducts = 8
    static let sharedCustomers = 4

    private(set) var ledger: Ledger
    private var random: SeededGenerator
    private var products: [String] = []
    private var customers: [String] = []

    init(_ index: Int, seed: UInt64) {
        ledger = Ledger(client: index)
        random = SeededGenerator(seed: seed &+ UInt64(index))
    }

    /// What is there before the first crash, so that all clients meet at the same things.
    static func setUp(_ client: Client) throws -> Ledger {
        var ledger = Ledger(client: 0)
        func accept(_ name: String, _ body: JSON) throws {
            let entry = ledger.send(name, body)
            try ledger.note(try client.command(name, body, key: entry.key))
        }
        for seller in ["sam", "sue"] {
            try accept("RegisterUser", ["userId": .string(seller), "name": .string(seller), "role": "seller"])
        }
        for index in 0..<sharedCustomers {
            try accept("RegisterUser", ["userId": "shared-\(index)", "name": "Shared \(index)", "role": "customer"])
        }
        for index in 0..<sharedProducts {
            let seller = index % 2 == 0 ? "sam" : "sue"
            try accept("AddProduct", Market.product("shared-\(index)", seller: seller, stock: 50))
        }
        return ledger
    }

    /// Sends until the connection breaks. What was sent and not answered stays in the ledger.
    mutating func run(_ server: ServerProcess) throws {
        let client: Client
        do { client = try server.connect() } catch { return }  // Killed before it was reached.
        while true {
            do {
                let count = Int.random(in: 1...6, using: &random)
                let requests = (0..<count).flatMap { _ in Self.request(sendNext()) }
                try client.send(requests)
                for _ in 0..<count { try ledger.note(try client.receive()) }
            } catch is Client.Failure {
                return  // Killed: whatever has no answer may have happened or not.
            }
            remember()
        }
    }

    /// Sends again what the last server did not answer; now each has an answer.
    mutating func resolve(_ client: Client) throws {
        for entry in ledger.unanswered {
            try ledger.note(try client.command(entry.name, entry.body, key: entry.key))
        }
        remember()
    }

    private static func request(_ entry: Ledger.Entry) -> [UInt8] {
        Client.request(
            "POST", "/v1/commands/\(entry.name)",
            ["Content-Type": "application/json", "Idempotency-Key": entry.key], body: Array(entry.body.text.utf8))
    }

    /// The things that exist because of this client.
    private mutating func remember() {
        for entry in ledger.entries.suffix(8) {
            guard let id = entry.answer?["id"].string else { continue }
            if entry.name == "AddProduct", !products.contains(id) { products.append(id) }
            if entry.name == "RegisterUser", !customers.contains(id) { customers.append(id) }
        }
    }

    private mutating func sendNext() -> Ledger.Entry {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<4: ledger.send("RegisterUser", ["name": "Client \(ledger.client)", "role": "customer"])
        case ..<10: ledger.send("AddProduct", newProduct())
        case ..<35:
            ledger.send(
                "AdjustStock",
                ["productId": .string(product()), "delta": .integer(Int.random(in: -3...8, using: &random))])
        case ..<55:
            ledger.send(
                "ChangePrice", ["productId": .string(product()), "price": gbp(Int.random(in: 1...9, using: &random))])
        default: ledger.send("CreateOrder", newOrder())
        }
    }

    /// The server makes the id, so that only the key can keep it from being added twice.
    private func newProduct() -> JSON {
        Market.product("made", seller: ledger.sentCount % 2 == 0 ? "sam" : "sue")
            .with(["productId": .absent, "sku": "sku-\(ledger.client)-\(ledger.sentCount)"])
    }

    private mutating func newOrder() -> JSON {
        let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            (product(), Int.random(in: 1...3, using: &random))
        }
        return Market.order("made", customer: customer(), lines).with(["orderId": .absent])
    }

    private mutating func product() -> String {
        if let own = products.randomElement(using: &random), random.oneIn(2) { return own }
        return "shared-\(Int.random(in: 0..<Self.sharedProducts, using: &random))"
    }

    private mutating func customer() -> String {
        if let own = customers.randomElement(using: &random), random.oneIn(2) { return own }
        return "shared-\(Int.random(in: 0..<Self.sharedCustomers, using: &random))"
    }
}
