import JSON
import Marketplace

/// Brings a market to what a product list says.
///
/// What exists is found out by adding it: a rejected AddProduct says so, and costs no look-up where it is new. Price and texts
/// need no memory of earlier imports, because a command that changes nothing changes nothing. Stock does: see `adjustStock`.
struct CatalogImport {
    private let list: CatalogList
    private let keepsStock: Bool
    private let identity: String

    private(set) var sellersAdded = 0
    private(set) var added = 0
    private(set) var updated = 0
    private(set) var unchanged = 0
    private(set) var rejected = LineTally()

    /// Products of one round: bounds the verdicts that are held.
    private static let roundMax = 8_192
    private static let duplicateId = "duplicate-id"

    init(_ list: CatalogList, keepsStock: Bool = false) {
        (self.list, self.keepsStock, identity) = (list, keepsStock, list.identity)
    }

    /// What a round knows of one of its rows.
    private struct Progress {
        var isAdded = false
        /// Whether it was there before.
        var exists = false
        /// Whether this very list has given it its stock before.
        var hasStock = false
        var isChanged = false
        /// Units left, where the list's stock must be compared with them.
        var available: Int64?
        var refusal: Verdict.Refusal?
    }

    /// Sends all. `progress` is told how far it is.
    mutating func send(to sink: any Sink, progress: (String) -> Void = { _ in }) throws(ImportError) {
        try registerSellers(sink)
        var first = 0
        while first < list.rows.count {
            progress("sending products: \(first.grouped) of \(list.rows.count.grouped)")
            let round = first..<min(first + Self.roundMax, list.rows.count)
            try send(round, to: sink)
            first = round.upperBound
        }
    }

    private mutating func registerSellers(_ sink: any Sink) throws(ImportError) {
        for (index, seller) in list.sellers.enumerated() {
            try sink.submit(
                make("RegisterUser", "catalog/seller/\(seller.id)", tag: index) { body in
                    body.field("userId", seller.id)
                    body.field("name", seller.name ?? seller.id)
                    body.field("role", "seller")
                })
        }
        try sink.finishBatch()
        for (index, verdict) in sink.takeVerdicts().map({ ($0.tag, $0.verdict) }) {
            switch verdict {
            case .accepted: sellersAdded += 1
            case .replayed, .unchanged: break
            // There already, perhaps under another name.
            case .rejected(let refusal) where [Self.duplicateId, "idempotency-key-reused"].contains(refusal.reason):
                break
            case .rejected(let refusal):
                rejected.add("seller \(refusal.reason)", line: list.sellers[index].line, detail: refusal.detail)
            }
        }
    }

    private mutating func send(_ round: Range<Int>, to sink: any Sink) throws(ImportError) {
        var states = [Progress](repeating: Progress(), count: round.count)
        try add(round, &states, sink)
        try change(round, &states, sink)
        try adjustStock(round, &states, sink)
        for (row, state) in zip(list.rows[round], states) {
            if let refusal = state.refusal {
                rejected.add(refusal.reason, line: row.line, detail: refusal.detail)
            } else if state.isAdded {
                added += 1
            } else if state.isChanged {
                updated += 1
            } else {
                unchanged += 1
            }
        }
    }

    private func add(_ round: Range<Int>, _ states: inout [Progress], _ sink: any Sink) throws(ImportError) {
        for index in round {
            let row = list.rows[index]
            try sink.submit(
                ImportCommand(
                    name: "AddProduct", idempotencyKey: "catalog/\(identity)/\(row.productId)", body: row.body,
                    tag: index - round.lowerBound))
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            switch answer.verdict {
            case .accepted, .unchanged: states[answer.tag].isAdded = true
            case .replayed: (states[answer.tag].exists, states[answer.tag].hasStock) = (true, true)
            case .rejected(let refusal) where refusal.reason == Self.duplicateId: states[answer.tag].exists = true
            case .rejected(let refusal): states[answer.tag].refusal = refusal
            }
        }
    }

    /// More than any product can have, but for one case: exactly this.
    private static let tooMany = Bounds.delta.lowerBound

    /// Brings price and texts of existing products to the list's, and asks for their stock where that is to follow.
    private func change(_ round: Range<Int>, _ states: inout [Progress], _ sink: any Sink) throws(ImportError) {
        let context = DecodingContext(currency: sink.currency, importsAllowed: true) { "" }
        var parser = JSONParser()
        for (place, index) in round.enumerated() where states[place].exists {
            let row = list.rows[index]
            let product: AddProduct
            do throws(Rejection) {
                product = try AddProduct(decoding: row.body, context, &parser)
            } catch {
                preconditionFailure("the list holds what was decoded before: \(error)")
            }
            try sink.submit(
                make("ChangePrice", nil, tag: 2 * place) { body in
                    body.field("productId", row.productId)
                    body.field("price", money: product.price, sink.currency)
                })
            try sink.submit(
                make("UpdateProduct", nil, tag: 2 * place) { body in
                    body.field("productId", row.productId)
                    body.field("title", product.title)
                    body.field("category", product.category)
                    body.field("description", product.description, clears: row.clearsDescription)
                    body.field("imageUrl", product.imageUrl, clears: row.clearsImage)
                })
            guard !keepsStock, !states[place].hasStock else { continue }
            // To take more than there can be is refused, and the refusal says what there is: as the writer knows it, which is
            // newer than any view.
            try sink.submit(
                make("AdjustStock", nil, tag: 2 * place + 1) { body in
                    body.field("productId", row.productId)
                    body.field("delta", Self.tooMany)
                })
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            let (place, asksForStock) = (answer.tag / 2, answer.tag % 2 == 1)
            switch answer.verdict {
            case .accepted:
                states[place].isChanged = true
                if asksForStock { states[place].available = 0 }
            case .replayed, .unchanged: break
            case .rejected(let refusal):
                if asksForStock, let available = refusal.available {
                    states[place].available = available
                } else {
                    states[place].refusal = states[place].refusal ?? refusal
                }
            }
        }
    }

    /// Makes the list's stock what is available, once for a list: its key is the list's own. When the same list comes again, what
    /// was sold since is not put back; the key then answers with the first outcome, or that it was used for another difference.
    private func adjustStock(_ round: Range<Int>, _ states: inout [Progress], _ sink: any Sink) throws(ImportError) {
        let context = DecodingContext(currency: sink.currency, importsAllowed: true) { "" }
        var parser = JSONParser()
        for (place, index) in round.enumerated() where states[place].refusal == nil {
            guard let available = states[place].available else { continue }
            let row = list.rows[index]
            let product: AddProduct
            do throws(Rejection) {
                product = try AddProduct(decoding: row.body, context, &parser)
            } catch {
                preconditionFailure("the list holds what was decoded before: \(error)")
            }
            try sink.submit(
                make("AdjustStock", "catalog/\(identity)/\(row.productId)/stock", tag: place) { body in
                    body.field("productId", row.productId)
                    body.field("delta", product.stock - available)
                })
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            switch answer.verdict {
            case .accepted: states[answer.tag].isChanged = true
            case .replayed, .unchanged: break
            case .rejected(let refusal) where refusal.reason == "idempotency-key-reused": break
            case .rejected(let refusal): states[answer.tag].refusal = refusal
            }
        }
    }

    /// What was done, for the summary.
    var summary: [String] {
        var lines = [
            "read      \((list.rows.count + list.skipped.total).grouped) lines",
            "skipped   \(list.skipped.total.grouped) lines",
        ]
        lines += list.skipped.summary.map { "  " + $0 }
        if !list.unknown.isEmpty { lines.append("ignored   \(list.unknown.joined(separator: ", "))") }
        lines += [
            "sellers   \(sellersAdded.grouped) registered, \((list.sellers.count - sellersAdded).grouped) known",
            "added     \(added.grouped) products",
            "updated   \(updated.grouped)",
            "unchanged \(unchanged.grouped)",
            "rejected  \(rejected.total.grouped)",
        ]
        return lines + rejected.summary.map { "  " + $0 }
    }

    var imported: Int { added + updated + unchanged }
}

extension ByteWriter {
    /// An optional text of an update: absent when it stays as it is, `null` when it is cleared.
    fileprivate mutating func field(_ name: StaticString, _ text: Text?, clears: Bool) {
        if let text { return field(name, text) }
        guard clears else { return }
        fieldName(name)
        append("null")
    }
}
