import CBareReads
import JSON
import Marketplace
import Queries
import Views

/// A request as a loop sees it: its target, and what it asks for.
struct Request {
    enum Kind { case products, orders, product }

    let target: [UInt8]
    let kind: Kind
    /// Where the query begins, behind the question mark; for a product, where its id begins.
    private let start: Int

    init(_ text: String) {
        target = Array(text.utf8)
        let productPath = "/v1/products/"
        if text.hasPrefix(productPath) {
            (kind, start) = (.product, productPath.utf8.count)
        } else {
            kind = text.hasPrefix("/v1/orders") ? .orders : .products
            start = (target.firstIndex(of: UInt8(ascii: "?")) ?? target.count - 1) + 1
        }
    }

    /// What the router makes of it.
    func query() throws -> Query {
        let rest = target.span.bytes.extracting(start..<target.count)
        switch kind {
        case .products: return .productList(try ProductListQuery(rest))
        case .orders: return .orderList(try OrderListQuery(rest))
        case .product: return .product(id: Array(target[start...]))
        }
    }
}

/// One market in process: the query engine, and the bare reads of the same views.
final class Storefront {
    let bare: OpaquePointer
    /// Of what bare loops gave, so that none of them is left out.
    var sum: UInt64 = 0
    private var engine: QueryEngine
    /// The same views with a response cache.
    private var keepingEngine: QueryEngine

    init(dataDirectory: String) throws {
        guard let path = try ViewDirectory(dataDirectory: dataDirectory).currentPath() else {
            throw BenchmarkError(
                "\(dataDirectory) has no views; start `vitrine --data \(dataDirectory)` once and end it")
        }
        let views = try ViewBuild.open(path: path, currency: Currency("GBP")!, isReadOnly: true)
        engine = try QueryEngine(views: views, freshness: Freshness(), cacheBytes: 0)
        keepingEngine = try QueryEngine(views: views, freshness: Freshness(), cacheBytes: 256 << 20)
        guard let bare = bare_open(path) else { throw BenchmarkError("\(path) cannot be read") }
        self.bare = bare
    }

    deinit { bare_close(bare) }

    /// The body of an answer, valid until the next call; nil when there is no such thing.
    func answer(_ request: Request) throws -> UnsafeRawBufferPointer? {
        guard case .found(let answer) = try engine.answer(try request.query(), target: request.target.span.bytes) else {
            return nil
        }
        return answer.body
    }

    /// Rows that the last answer was made of.
    var rowsRead: Int { engine.rowsRead }

    /// Answers and keeps the answer.
    func keep(_ request: Request) throws {
        _ = try keepingEngine.answer(try request.query(), target: request.target.span.bytes)
    }

    /// The body of an answer that was kept.
    func keptAnswer(_ request: Request) -> UnsafeRawBufferPointer? {
        keepingEngine.cachedAnswer(request.target.span.bytes)?.body
    }

    /// The highest n for which `prefix` and n is the id of something: a generated market has them from 1 on.
    func count(_ path: String) throws -> Int {
        func isThere(_ number: Int) throws -> Bool {
            let id = Array("\(path)\(number)".utf8)
            let query: Query = path.hasPrefix("p") ? .product(id: id) : .user(id: id)
            if case .found = try engine.answer(query, target: id.span.bytes) { return true }
            return false
        }
        guard try isThere(1) else { throw BenchmarkError("there is no \(path)1: give a generated market") }
        var (low, high) = (1, 2)
        while try isThere(high) { (low, high) = (high, high * 2) }
        while high - low > 1 {
            let middle = (low + high) / 2
            if try isThere(middle) { low = middle } else { high = middle }
        }
        return low
    }

    /// Values of a facet over all products, those of most products first.
    func facet(_ name: String) throws -> [(value: String, count: Int)] {
        guard let body = try answer(Request("/v1/products?limit=1&facets=\(name)")) else { return [] }
        var parser = JSONParser()
        var values: [(value: String, count: Int)] = []
        let answer = try parser.parse(RawSpan(_unsafeBytes: body))
        guard var root = answer.object, var facets = root.take("facets")?.object else { return [] }
        let list = name == "category" ? facets.take("category")?.array : facets.take("seller")?.array
        guard var list else { return [] }
        while let element = list.next() {
            guard var entry = element.object, let value = entry.take("value")?.string,
                let count = entry.take("count")?.int64
            else { break }
            values.append((String(decoding: value.withUnsafeBytes { [UInt8]($0) }, as: UTF8.self), Int(count)))
        }
        return values
    }
}

extension UnsafeRawBufferPointer {
    private static let cursorName = Array("\"nextCursor\":\"".utf8)

    /// The cursor to the page behind this one, if there is one. It stands behind the cards, which have no such member.
    var nextCursor: String? {
        let name = Self.cursorName
        guard count >= name.count else { return nil }
        var index = count - name.count
        while index >= 0 {
            if self[index] == name[0], self[index..<index + name.count].elementsEqual(name) {
                let start = index + name.count
                guard let end = self[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
                return String(decoding: self[start..<end], as: UTF8.self)
            }
            index -= 1
        }
        return nil
    }
}
