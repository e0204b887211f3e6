import ArgumentParser
import CBareReads

/// Pages, order lists and products, each beside the bare reads; with a second market also how both grow.
struct Pages: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Pages of products in every order, a customer's orders, a product: beside bare reads of the same rows.")

    @Argument(help: "The data directory of a market that `vitrine-import generate` made.")
    var data: String

    @Option(help: "The data directory of a smaller one, to tell how a page's cost grows.")
    var smaller: String?

    @Option(help: "Requests of each measure.")
    var requests = 20_000

    @Option(help: "How often all of them are asked, each in turn with the bare reads.")
    var rounds = 3

    @Option(help: "Repeats the choices.")
    var seed: UInt64 = 1

    func run() throws {
        let measures = try measure(data)
        print(Measure.title)
        for measure in measures { print(measure.line) }
        guard let smaller else { return }
        let before = try measure(smaller)
        print("\nfrom \(smaller) to \(data)")
        print("\(padded("", 34))\(right("vitrine", 10))\(right("bare", 10))\(right("ratio", 8))\(right("target", 8))")
        for (small, large) in zip(before, measures) {
            guard let smallBare = small.bare, let largeBare = large.bare, large.name.contains("page") else { continue }
            let (own, ceiling) = (large.vitrine / small.vitrine, largeBare / smallBare)
            let verdict = own / ceiling <= Target.growth ? "" : "  above"
            print(
                "\(padded(large.name, 34))\(right("× \(decimal(own, 2))", 10))\(right("× \(decimal(ceiling, 2))", 10))"
                    + "\(right(decimal(own / ceiling, 2), 8))\(right(decimal(Target.growth, 2), 8))\(verdict)")
        }
    }

    private func measure(_ data: String) throws -> [Measure] {
        let storefront = try Storefront(dataDirectory: data)
        let categories = try storefront.facet("category").map(\.value)
        let counts = (
            products: try storefront.count("p"), customers: try storefront.count("c"), categories: categories.count
        )
        print("\(data): \(counts.products) products, \(counts.categories) categories, \(counts.customers) customers")
        var measures: [Measure] = []
        var random: [Measure] = []
        for sort in ListSort.all {
            let pages = try PageRequests(storefront, categories, sort, count: requests, seed: seed)
            measures.append(
                try measure("first page, \(sort.name)", pages.first, Target.firstPageMicros, storefront))
            random.append(
                try measure("random page, \(sort.name)", pages.random, Target.randomPageMicros, storefront))
        }
        measures += random
        measures.append(try measureKept(storefront, categories))
        measures.append(try measureOrders(storefront, customers: counts.customers))
        measures.append(try measureProducts(storefront, products: counts.products))
        return measures
    }

    private func measure(_ name: String, _ pages: [PageRequest], _ target: Double, _ storefront: Storefront) throws
        -> Measure
    {
        // Also what warms both.
        for page in pages {
            guard let body = try storefront.answer(page.request), page.isSame(body, storefront.bare) else {
                throw BenchmarkError(
                    "\(String(decoding: page.request.target, as: UTF8.self)): the bare reads copied other cards; "
                        + "bring BareReads.c in step with the formats of keys and rows")
            }
        }
        var (vitrine, bare) = (Latencies(), Latencies())
        for _ in 0..<rounds {
            try vitrine.measure(pages.count) { _ = try storefront.answer(pages[$0].request) }
            bare.measure(pages.count) { _ = pages[$0].readBare(storefront.bare) }
        }
        return Measure(name, vitrine, bare: bare, target)
    }

    private func measureKept(_ storefront: Storefront, _ categories: [String]) throws -> Measure {
        var chance = Chance(seed: seed)
        let zipf = Zipf(categories.count)
        let firsts = categories.map { Request("/v1/products?category=\($0)") }
        for request in firsts {
            try storefront.keep(request)
            guard storefront.keptAnswer(request) != nil else {
                throw BenchmarkError("\(String(decoding: request.target, as: UTF8.self)) was not kept")
            }
        }
        let requests = (0..<self.requests).map { _ in firsts[zipf.draw(&chance)] }
        var latencies = Latencies()
        for _ in 0..<rounds {
            latencies.measure(requests.count, atOnce: 16) {
                precondition(storefront.keptAnswer(requests[$0]) != nil, "an answer was dropped")
            }
        }
        return Measure("first page, cached", latencies, bare: nil, Target.cachedMicros)
    }

    private func measureOrders(_ storefront: Storefront, customers: Int) throws -> Measure {
        var chance = Chance(seed: seed)
        let ids = (0..<requests).map { _ in "c\(chance.below(customers) + 1)" }
        let asked = ids.map { Request("/v1/orders?customer=\($0)") }
        let plain = ids.map { Array($0.utf8) }
        let opening = "{\"items\":[".utf8.count
        for index in asked.indices {
            guard let body = try storefront.answer(asked[index]) else {
                throw BenchmarkError("there is no \(ids[index])")
            }
            let bytes = bare_orders(storefront.bare, plain[index], plain[index].count, PageRequest.limit)
            let copied = UnsafeRawBufferPointer(start: bare_output(storefront.bare), count: bytes)
            guard body.dropFirst(opening).prefix(bytes).elementsEqual(copied) else {
                throw BenchmarkError("\(ids[index]): the bare reads copied other orders; bring BareReads.c in step")
            }
        }
        var (vitrine, bare) = (Latencies(), Latencies())
        for _ in 0..<rounds {
            try vitrine.measure(asked.count) { _ = try storefront.answer(asked[$0]) }
            bare.measure(plain.count) {
                _ = bare_orders(storefront.bare, plain[$0], plain[$0].count, PageRequest.limit)
            }
        }
        return Measure("orders of a random customer", vitrine, bare: bare, Target.ordersMicros)
    }

    private func measureProducts(_ storefront: Storefront, products: Int) throws -> Measure {
        var chance = Chance(seed: seed)
        let ids = (0..<requests).map { _ in "p\(chance.below(products) + 1)" }
        let asked = ids.map { Request("/v1/products/\($0)") }
        let plain = ids.map { Array($0.utf8) }
        for index in asked.indices {
            guard let body = try storefront.answer(asked[index]) else {
                throw BenchmarkError("there is no \(ids[index])")
            }
            let bytes = bare_product(storefront.bare, plain[index], plain[index].count)
            let copied = UnsafeRawBufferPointer(start: bare_output(storefront.bare), count: bytes)
            guard body.prefix(bytes).elementsEqual(copied) else {
                throw BenchmarkError("\(ids[index]): the bare reads copied another product; bring BareReads.c in step")
            }
        }
        var (vitrine, bare) = (Latencies(), Latencies())
        for _ in 0..<rounds {
            try vitrine.measure(asked.count) { _ = try storefront.answer(asked[$0]) }
            bare.measure(plain.count) { _ = bare_product(storefront.bare, plain[$0], plain[$0].count) }
        }
        return Measure("product of a random id", vitrine, bare: bare, Target.productMicros)
    }
}

/// What one kind of request took, and what it may take.
struct Measure {
    let name: String
    let vitrine: Double
    let tail: Double
    let bare: Double?
    let target: Double

    init(_ name: String, _ vitrine: Latencies, bare: Latencies?, _ target: Double) {
        self.name = name
        self.vitrine = vitrine.median
        tail = vitrine.micros(0.99)
        self.bare = bare?.median
        self.target = target
    }

    static let title =
        "\(padded("median µs", 34))\(right("vitrine", 10))\(right("p99", 10))\(right("target", 8))"
        + "\(right("bare", 10))\(right("ratio", 8))\(right("target", 8))"

    var line: String {
        var line =
            "\(padded(name, 34))\(right(decimal(vitrine, 2), 10))\(right(decimal(tail, 2), 10))"
            + right(decimal(target, 1), 8)
        var misses = vitrine > target
        if let bare {
            line += "\(right(decimal(bare, 2), 10))\(right(decimal(vitrine / bare, 2), 8))"
            // Only pages have a ratio to keep to.
            if name.contains("page") {
                line += right(decimal(Target.ratio, 1), 8)
                misses = misses || vitrine / bare > Target.ratio
            }
        }
        return line + (misses ? "  above" : "")
    }
}
