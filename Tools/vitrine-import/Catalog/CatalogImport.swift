import JSON
import Marketplace

/// Brings a market to what a product list says.
///
/// What exists is found out by adding it: a rejected AddProduct says which product has the id or the sku, as the writer
/// knows it, and costs no look-up where it is new. No command has a key: each says what is to be, and changes nothing when it
/// is so already, so a list that comes again, whenever that is, sets what it says.
struct CatalogImport {
    let list: CatalogList
    private let keepsStock: Bool

    private(set) var sellersAdded = 0
    private(set) var sellersRenamed = 0
    private(set) var added = 0
    private(set) var updated = 0
    private(set) var unchanged = 0
    /// Lines of products that are others'.
    private(set) var skipped = LineTally()
    private(set) var rejected = LineTally()

    /// Sellers that were there, by their place in the list: those may have another name.
    private var knownSellers: [Int] = []
    /// Sellers of products that are in the market, which shows that they are sellers.
    private var provenSellers: Set<Text> = []

    /// Products of one round: bounds the verdicts that are held.
    private static let roundMax = 8_192
    private static let duplicateId = "duplicate-id"

    init(_ list: CatalogList, keepsStock: Bool = false) { (self.list, self.keepsStock) = (list, keepsStock) }

    /// What a round knows of one of its rows.
    struct Progress {
        enum Presence {
            case unknown, added
            /// It was there before, under this id.
            case present(Text)
            /// It cannot be: what a column says is another product's.
            case absent(CatalogColumn, String)
        }
        var presence = Presence.unknown
        /// How many of the row's ids are others'.
        var idsTaken = 0
        var isChanged = false
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
        try renameSellers(sink)
    }

    // MARK: Sellers

    private mutating func registerSellers(_ sink: any Sink) throws(ImportError) {
        for (index, seller) in list.sellers.enumerated() {
            try sink.submit(
                make("RegisterUser", nil, tag: index) { body in
                    body.field("userId", seller.id)
                    body.field("name", seller.name ?? seller.id)
                    body.field("role", "seller")
                })
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            switch answer.verdict {
            case .accepted: sellersAdded += 1
            case .replayed, .unchanged: break
            case .rejected(let refusal) where refusal.reason == Self.duplicateId: knownSellers.append(answer.tag)
            case .rejected(let refusal): reject(refusal, list.sellers[answer.tag])
            }
        }
    }

    /// Sellers that were there get the list's name. A user who is none, a customer of the same id, keeps his.
    private mutating func renameSellers(_ sink: any Sink) throws(ImportError) {
        for index in knownSellers where provenSellers.contains(list.sellers[index].id) {
            let seller = list.sellers[index]
            guard let name = seller.name else { continue }
            try sink.submit(
                make("UpdateUser", nil, tag: index) { body in
                    body.field("userId", seller.id)
                    body.field("name", name)
                })
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            switch answer.verdict {
            case .accepted: sellersRenamed += 1
            case .replayed, .unchanged: break
            case .rejected(let refusal): reject(refusal, list.sellers[answer.tag])
            }
        }
    }

    private mutating func reject(_ refusal: Verdict.Refusal, _ seller: CatalogList.Seller) {
        rejected.add("seller \(refusal.reason)", line: seller.line, detail: refusal.detail)
    }

    // MARK: Products

    private mutating func send(_ round: Range<Int>, to sink: any Sink) throws(ImportError) {
        let rows = list.rows[round]
        var states = [Progress](repeating: Progress(), count: rows.count)
        try add(rows, &states, sink)
        try change(rows, &states, sink)
        for (row, state) in zip(rows, states) { count(row, state) }
    }

    private mutating func count(_ row: CatalogRow, _ state: Progress) {
        if let refusal = state.refusal { return rejected.add(refusal.reason, line: row.line, detail: refusal.detail) }
        switch state.presence {
        case .absent(let column, let detail):
            return skipped.add(list.columnNames[column] ?? column.rawValue, line: row.line, detail: detail)
        case .added: added += 1
        case .present where state.isChanged: updated += 1
        case .present, .unknown: unchanged += 1
        }
        provenSellers.insert(row.owner.sellerId)
    }

    /// Adds what is new, and finds out what is not. A row whose id is another's is tried again with its next one.
    private func add(
        _ rows: ArraySlice<CatalogRow>, _ states: inout [Progress], _ sink: any Sink
    ) throws(ImportError) {
        var open = Array(states.indices)
        while !open.isEmpty {
            for place in open {
                let row = rows[rows.startIndex + place]
                try sink.submit(row.addition(row.ids[states[place].idsTaken], tag: place))
            }
            try sink.finishBatch()
            open = []
            for answer in sink.takeVerdicts() {
                let row = rows[rows.startIndex + answer.tag]
                if row.take(answer.verdict, &states[answer.tag]) { open.append(answer.tag) }
            }
        }
    }

    /// Brings price, texts and stock of the products that were there to the list's.
    private func change(
        _ rows: ArraySlice<CatalogRow>, _ states: inout [Progress], _ sink: any Sink
    ) throws(ImportError) {
        let context = DecodingContext(currency: sink.currency, importsAllowed: true) { "" }
        var parser = JSONParser()
        for (place, row) in rows.enumerated() {
            guard case .present(let id) = states[place].presence else { continue }
            let product: AddProduct
            do throws(Rejection) {
                product = try AddProduct(decoding: row.body, context, &parser)
            } catch {
                preconditionFailure("the list holds what was decoded before: \(error)")
            }
            for command in row.changes(of: id, to: product, keepsStock: keepsStock, sink.currency, tag: place) {
                try sink.submit(command)
            }
        }
        try sink.finishBatch()
        for answer in sink.takeVerdicts() {
            switch answer.verdict {
            case .accepted: states[answer.tag].isChanged = true
            case .replayed, .unchanged: break
            case .rejected(let refusal): states[answer.tag].refusal = states[answer.tag].refusal ?? refusal
            }
        }
    }

    // MARK: Summary

    /// All lines that are not in the market.
    var faults: LineTally { list.skipped + skipped + rejected }

    /// What was done, for the summary.
    var summary: [String] {
        let skipped = list.skipped + skipped
        var lines = [
            "read      \((list.rows.count + list.skipped.total).grouped) lines",
            "skipped   \(skipped.total.grouped) lines",
        ]
        lines += skipped.summary.map { "  " + $0 }
        if !list.unknown.isEmpty { lines.append("ignored   \(list.unknown.joined(separator: ", "))") }
        let renamed = sellersRenamed > 0 ? ", \(sellersRenamed.grouped) renamed" : ""
        lines += [
            "sellers   \(sellersAdded.grouped) registered, \((list.sellers.count - sellersAdded).grouped) known\(renamed)",
            "added     \(added.grouped) products",
            "updated   \(updated.grouped)",
            "unchanged \(unchanged.grouped)",
            "rejected  \(rejected.total.grouped)",
        ]
        return lines + rejected.summary.map { "  " + $0 }
    }

    var imported: Int { added + updated + unchanged }
}
