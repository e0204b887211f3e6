import JSON
import Testing

@testable import vitrine_load

@Suite struct WorkloadTests {
    private func requests(_ workload: any Workload, count: Int) -> [String] {
        (0..<count).map { _ in
            var writer = ByteWriter()
            _ = workload.writeRequest(to: &writer)
            return String(decoding: writer.copyBytes(), as: UTF8.self)
        }
    }

    private func catalog(orders: Int = 3) throws -> Catalog {
        let products = (0..<10).map { index in
            JSONValue.object([
                "productId": .string("p:\(index)"), "category": .string(index < 7 ? "A & B" : "Bücher"),
                "seller": .object(["userId": .string("s\(index % 3)")]),
            ])
        }
        let cards = (0..<orders).map { index in
            JSONValue.object(["customer": .object(["userId": .string("c\(index)")])])
        }
        return Catalog(products: products, orders: cards)
    }

    @Test func theCatalogRanksAndEncodes() throws {
        let catalog = try catalog()
        #expect(catalog.categories.map { String(decoding: $0, as: UTF8.self) } == ["A%20%26%20B", "B%C3%BCcher"])
        #expect(catalog.sellers.map { String(decoding: $0, as: UTF8.self) } == ["s0", "s1", "s2"])
        #expect(String(decoding: catalog.products[4], as: UTF8.self) == "p%3A4")
        #expect(String(decoding: catalog.productIds[4], as: UTF8.self) == "p:4")
    }

    @Test func aSeedMakesTheSameRequestsAgain() throws {
        let catalog = try catalog()
        let first = requests(BrowseWorkload(catalog: catalog, authority: "h", seed: 5), count: 200)
        #expect(first == requests(BrowseWorkload(catalog: catalog, authority: "h", seed: 5), count: 200))
        #expect(first != requests(BrowseWorkload(catalog: catalog, authority: "h", seed: 6), count: 200))
        #expect(first.allSatisfy { $0.hasPrefix("GET /v1/") && $0.hasSuffix(" HTTP/1.1\r\nHost: h\r\n\r\n") })
        #expect(first.contains { $0.hasPrefix("GET /v1/orders?customer=c") })
    }

    @Test func withoutOrdersNoneAreAskedFor() throws {
        let all = requests(BrowseWorkload(catalog: try catalog(orders: 0), authority: "h", seed: 5), count: 1_000)
        #expect(!all.contains { $0.contains("/v1/orders") })
    }

    @Test func ordersAreWholeRequests() throws {
        for request in requests(BuyWorkload(catalog: try catalog(), authority: "h", seed: 5), count: 100) {
            let parts = request.components(separatedBy: "\r\n\r\n")
            try #require(parts.count == 2)
            #expect(parts[0].hasPrefix("POST /v1/commands/CreateOrder HTTP/1.1\r\nHost: h\r\n"))
            #expect(parts[0].hasSuffix("\r\nContent-Length: \(parts[1].utf8.count)"))
            let lines = try #require(JSONValue(parsing: Array(parts[1].utf8))?["lines"]?.array)
            #expect(1...3 ~= lines.count)
            #expect(lines.allSatisfy { $0["productId"]?.string?.hasPrefix("p:") == true })
        }
    }

    @Test func zipfHalvesTheSecond() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let choice = WeightedChoice.zipf(10)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 { counts[choice.draw(&random)] += 1 }
        // The tenth harmonic number is 2.929; a thousand is ten deviations.
        for (index, count) in counts.enumerated() {
            #expect(abs(Double(count) - 100_000 / 2.929 / Double(index + 1)) < 1_000, "seed \(seed)")
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
