import JSON

/// What the visitors of a storefront ask for, drawn at random from a seed.
final class BrowseWorkload: Workload {
    private enum Kind: Int, CaseIterable {
        case newest, category, byPrice, nextPage, product, seller, orders, revalidation
    }

    let kinds = [
        "newest list", "category, newest", "category by price", "next page", "product", "seller's list",
        "customer's orders", "revalidation",
    ]
    /// Shares in percent: lists before things, categories before the rest, a tenth of it asked again with its entity tag.
    private static let weights: [Double] = [12, 26, 16, 12, 15, 5, 4, 10]

    private let catalog: Catalog
    private let tail: [UInt8]
    private var random: SeededRandom
    private let kindChoice: WeightedChoice
    private let categoryChoice: WeightedChoice
    private let productChoice: WeightedChoice
    private let sellerChoice: WeightedChoice
    private let customerChoice: WeightedChoice?
    private var cursors = RecentPages(capacity: 64)
    private var entityTags = RecentPages(capacity: 64)

    init(catalog: Catalog, authority: String, seed: UInt64) {
        self.catalog = catalog
        tail = Array(" HTTP/1.1\r\nHost: \(authority)\r\n".utf8)
        random = SeededRandom(seed: seed)
        var weights = Self.weights
        if catalog.customers.isEmpty { weights[Kind.orders.rawValue] = 0 }
        kindChoice = WeightedChoice(weights: weights)
        categoryChoice = .zipf(catalog.categories.count)
        productChoice = .zipf(catalog.products.count)
        sellerChoice = .zipf(catalog.sellers.count)
        customerChoice = catalog.customers.isEmpty ? nil : .zipf(catalog.customers.count)
    }

    func writeRequest(to writer: inout ByteWriter) -> AnswerRule {
        let drawn = kindChoice.draw(&random)
        let kind = Kind.allCases[drawn]
        writer.append("GET ")
        switch kind {
        case .nextPage:
            if let page = cursors.draw(&random) { return write(nextPage: page, to: &writer) }
        case .revalidation:
            if let page = entityTags.draw(&random) { return write(revalidation: page, to: &writer) }
        default: break
        }
        let target = target(for: kind)
        target.write(to: &writer, from: catalog)
        endHead(of: &writer)
        // Before the first cursor and tag are known, a category stands in for them and is counted as one.
        let counted = kind == .nextPage || kind == .revalidation ? Kind.category.rawValue : drawn
        return AnswerRule(kind: counted, body: .page, target: target)
    }

    func learn(from answer: AnswerParser, to rule: AnswerRule) {
        guard answer.status == 200 else { return }
        if rule.target.isList {
            answer.body.withUnsafeBytes { body in
                guard let cursor = body.lastText(of: "\"nextCursor\":") else { return }
                cursors.remember(rule.target, cursor, &random)
            }
        }
        // The tag of a page behind a cursor belongs to a URL that is not kept.
        let isFirstPage = rule.kind != Kind.nextPage.rawValue
        if isFirstPage && !answer.entityTag.isEmpty {
            answer.entityTag.withUnsafeBytes { entityTags.remember(rule.target, $0, &random) }
        }
    }

    private func target(for kind: Kind) -> Target {
        switch kind {
        case .newest: Target(page: .newest, index: 0)
        case .category, .nextPage, .revalidation: target(.category, from: categoryChoice)
        case .byPrice:
            // Two in three look for the cheapest first.
            target(random.below(3) < 2 ? .categoryByPrice : .categoryByPriceDown, from: categoryChoice)
        case .product: target(.product, from: productChoice)
        case .seller: target(.seller, from: sellerChoice)
        // Without customers the weight of this kind is zero.
        case .orders: target(.orders, from: customerChoice!)
        }
    }

    private func target(_ page: Target.Page, from choice: WeightedChoice) -> Target {
        Target(page: page, index: Int32(choice.draw(&random)))
    }

    private func write(nextPage page: RecentPages.Entry, to writer: inout ByteWriter) -> AnswerRule {
        page.target.write(to: &writer, from: catalog)
        writer.append(page.target.hasQuery ? "&cursor=" : "?cursor=")
        writer.append(page.value)
        endHead(of: &writer)
        return AnswerRule(kind: Kind.nextPage.rawValue, body: .page, target: page.target)
    }

    private func write(revalidation page: RecentPages.Entry, to writer: inout ByteWriter) -> AnswerRule {
        page.target.write(to: &writer, from: catalog)
        writer.append(tail)
        writer.append("If-None-Match: ")
        writer.append(page.value)
        writer.append("\r\n\r\n")
        return AnswerRule(
            kind: Kind.revalidation.rawValue, body: .page, target: page.target, isConditional: true)
    }

    private func endHead(of writer: inout ByteWriter) {
        writer.append(tail)
        writer.append("\r\n")
    }
}
