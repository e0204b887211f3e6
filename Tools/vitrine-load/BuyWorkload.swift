import JSON

/// Orders of one to three products by random customers. Running out of stock is business, not an error.
final class BuyWorkload: Workload {
    let kinds = ["CreateOrder"]

    private let catalog: Catalog
    private let head: [UInt8]
    private var random: SeededRandom
    private let productChoice: WeightedChoice
    private var body = ByteWriter(capacity: 512)

    /// The catalog must hold a customer and a product.
    init(catalog: Catalog, authority: String, seed: UInt64) {
        self.catalog = catalog
        let head = """
            POST /v1/commands/CreateOrder HTTP/1.1\r
            Host: \(authority)\r
            Content-Type: application/json\r
            Content-Length:\u{20}
            """
        self.head = Array(head.utf8)
        random = SeededRandom(seed: seed)
        productChoice = .zipf(catalog.products.count)
    }

    func writeRequest(to writer: inout ByteWriter) -> AnswerRule {
        body.removeAll()
        body.append("{\"customerId\":\"")
        // By the contract ids hold no character that JSON would escape.
        body.append(catalog.customerIds[random.below(catalog.customerIds.count)])
        body.append("\",\"lines\":[")
        for line in 0...random.below(3) {
            if line > 0 { body.append(",") }
            body.append("{\"productId\":\"")
            body.append(catalog.productIds[productChoice.draw(&random)])
            body.append("\",\"quantity\":")
            body.append(decimal: 1 + random.below(3))
            body.append("}")
        }
        body.append("]}")
        writer.append(head)
        writer.append(decimal: body.count)
        writer.append("\r\n\r\n")
        body.withUnsafeBytes { writer.append($0) }
        return AnswerRule(kind: 0, body: .outcome, mayLackStock: true)
    }

    func learn(from answer: AnswerParser, to rule: AnswerRule) {}
}
