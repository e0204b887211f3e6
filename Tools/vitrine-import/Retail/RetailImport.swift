import JSON
import Marketplace

/// Brings a market to what an "Online Retail" file says.
///
/// What a file says first stands under a key, so that the same file again is replayed. When the file grew, a customer or
/// product differs from that and is brought to what the file says now, and stock is made for the orders that are new.
struct RetailImport {
    private let market: RetailMarket
    /// What became of each user, product and order.
    private(set) var outcomes = Outcomes()
    /// Products of the file that are not in the market, by number.
    private var refused: [Int: Verdict.Refusal] = [:]

    /// Commands of one round: bounds the verdicts that are held.
    private static let roundMax = 8_192
    private static let keyReused = "idempotency-key-reused"

    init(_ market: RetailMarket) { self.market = market }

    /// Sends all. `progress` is told how far it is.
    mutating func send(to sink: any Sink, progress: (String) -> Void = { _ in }) throws(ImportError) {
        try sendUsers(sink)
        progress("sending \(market.products.count.grouped) products")
        try sendProducts(sink)
        let short = try sendOrders(Array(0..<market.orders.count), sink, isLastTry: false, progress)
        guard !short.isEmpty else { return }
        try makeStock(for: short, sink)
        _ = try sendOrders(short, sink, isLastTry: true, progress)
    }

    /// The verdicts on one command for each of `items`, in their order; an item without a command has none.
    private func verdicts<Item>(
        on items: [Item], _ sink: any Sink, _ command: (Item) -> ImportCommand?
    ) throws(ImportError) -> [Verdict?] {
        var verdicts = [Verdict?](repeating: nil, count: items.count)
        for (place, item) in items.enumerated() {
            if var command = command(item) {
                command.tag = place
                try sink.submit(command)
            }
            guard place % Self.roundMax == Self.roundMax - 1 || place == items.count - 1 else { continue }
            try sink.finishBatch()
            for answer in sink.takeVerdicts() { verdicts[answer.tag] = answer.verdict }
        }
        return verdicts
    }

    // MARK: Users

    private mutating func sendUsers(_ sink: any Sink) throws(ImportError) {
        let users = Array(0..<market.count(of: .users))
        var changed: [Int] = []
        for (user, verdict) in zip(users, try verdicts(on: users, sink) { market.command(.users, $0) }) {
            guard let verdict, let command = market.command(.users, user) else { continue }
            if case .rejected(let refusal) = verdict, refusal.reason == Self.keyReused {
                changed.append(user)
            } else {
                outcomes.add(verdict, of: command)
            }
        }
        // An earlier file registered them, and had less to go by.
        for (user, verdict) in zip(changed, try verdicts(on: changed, sink) { market.update(ofUser: $0) }) {
            guard let command = market.command(.users, user) else { continue }
            outcomes.add(verdict ?? .unchanged, of: command)
        }
    }

    // MARK: Products

    private mutating func sendProducts(_ sink: any Sink) throws(ImportError) {
        let all = Array(0..<market.count(of: .products))
        var known: [Int] = []
        var changed: [Int] = []
        for (place, verdict) in zip(all, try verdicts(on: all, sink) { market.command(.products, $0) }) {
            guard case .rejected(let refusal) = verdict else {
                note(verdict, place)
                continue
            }
            if refusal.reason == Self.keyReused {
                known.append(place)
            } else if isOurs(refusal, place) {
                changed.append(place)
            } else {
                note(verdict, place)
            }
        }
        // The key says that a product of this id was imported, not that it was of this StockCode: `A 1` and `A/1` are both A_1.
        for (place, verdict) in zip(known, try verdicts(on: known, sink) { market.addition(ofProduct: $0) }) {
            if case .rejected(let refusal) = verdict, isOurs(refusal, place) {
                changed.append(place)
            } else {
                note(verdict, place)
            }
        }
        let prices = try verdicts(on: changed, sink) { market.priceChange(ofProduct: $0) }
        let titles = try verdicts(on: changed, sink) { market.titleChange(ofProduct: $0) }
        for (index, place) in changed.enumerated() { note(Self.graver(prices[index], titles[index]), place) }
    }

    /// Whether a product's id is taken by that very product.
    private func isOurs(_ refusal: Verdict.Refusal, _ place: Int) -> Bool {
        refusal.owner
            == SellerSKU(sellerId: RetailMarket.sellerId, sku: market.products[market.productsByAddedAt[place]].sku)
    }

    private mutating func note(_ verdict: Verdict?, _ place: Int) {
        guard let verdict, let command = market.command(.products, place) else { return }
        if case .rejected(let refusal) = verdict { refused[market.productsByAddedAt[place]] = refusal }
        outcomes.add(verdict, of: command)
    }

    /// Of two verdicts about a thing the one that counts.
    private static func graver(_ one: Verdict?, _ other: Verdict?) -> Verdict? {
        func rank(_ verdict: Verdict?) -> Int {
            switch verdict {
            case nil: 0
            case .unchanged: 1
            case .replayed: 2
            case .accepted: 3
            case .rejected: 4
            }
        }
        return rank(one) >= rank(other) ? one : other
    }

    // MARK: Orders

    /// Sends orders, and returns those for which there is too little stock unless it is the last try.
    private mutating func sendOrders(
        _ places: [Int], _ sink: any Sink, isLastTry: Bool, _ progress: (String) -> Void
    ) throws(ImportError) -> [Int] {
        let sendable = places.filter { refusal(ofOrder: $0) == nil }
        for place in places {
            guard let refusal = refusal(ofOrder: place), let command = market.command(.orders, place) else { continue }
            outcomes.add(.rejected(refusal), of: command)
        }
        let results = try verdicts(on: sendable, sink) { place in
            progress("sending orders: \(place.grouped) of \(market.orders.count.grouped)")
            return market.command(.orders, place)
        }
        var short: [Int] = []
        for (place, verdict) in zip(sendable, results) {
            guard let verdict, let command = market.command(.orders, place) else { continue }
            guard case .rejected(let refusal) = verdict else {
                outcomes.add(verdict, of: command)
                continue
            }
            switch refusal.reason {
            case "insufficient-stock" where !isLastTry: short.append(place)
            case Self.keyReused:
                let changed = Verdict.Refusal(
                    reason: "order-changed",
                    detail: "it is there with other rows, another customer or another time, and stays as it was placed")
                outcomes.add(.rejected(changed), of: command)
            default: outcomes.add(verdict, of: command)
            }
        }
        return short
    }

    /// Why an order cannot be made: what it sold is not in the market, and another's product must not stand in for it.
    private func refusal(ofOrder place: Int) -> Verdict.Refusal? {
        guard !refused.isEmpty else { return nil }
        for line in market.lines(ofOrder: market.ordersByPlacedAt[place]) {
            guard let refusal = refused[line.product] else { continue }
            return Verdict.Refusal(
                reason: refusal.reason, detail: "its product \(market.products[line.product].id): \(refusal.detail)")
        }
        return nil
    }

    /// An earlier file's products are sold out: gives them just what the remaining orders take.
    private func makeStock(for places: [Int], _ sink: any Sink) throws(ImportError) {
        var units: [Int: Int64] = [:]
        for place in places {
            for line in market.lines(ofOrder: market.ordersByPlacedAt[place]) {
                units[line.product, default: 0] += line.quantity
            }
        }
        // What comes of it shows in the orders.
        _ = try verdicts(on: units.sorted { $0.key < $1.key }, sink) { product, count in
            make("AdjustStock", nil) { body in
                body.field("productId", market.products[product].id)
                body.field("stock", count)
            }
        }
    }
}
