import CXXHash
import HTTP
import JSON
import LMDB
import Marketplace
import Views

/// Answers queries on one thread: its snapshot, its cache of finished bodies, its names.
///
/// Reading is bounded by a `ReadBudget`. What is beyond it is not answered here.
///
/// Bytes in, bytes out: a cached answer is found by the request's target alone, without parsing it.
public struct QueryEngine: ~Copyable {
    let views: ViewBuild
    private let freshness: Freshness
    let names: UserNames
    var snapshot: ViewSnapshot
    let columns = ColumnReader()
    private var cache: ResponseCache
    /// The newest position of an answer.
    private var given: UInt64 = 0
    var body = ByteWriter(capacity: 16 << 10)

    /// A body and what the head says of it. `body` is valid until the next call of the engine.
    public struct Answer {
        public let body: UnsafeRawBufferPointer
        /// A hash of the body.
        public let etag: UInt64
        /// The position it is the answer at.
        public let position: UInt64
        /// What it depends on; empty for one that cannot be kept.
        public let partitions: [Partition]

        /// `body` must stay in place for as long as this is used.
        public init(body: UnsafeRawBufferPointer, etag: UInt64, position: UInt64, partitions: [Partition]) {
            (self.body, self.etag, self.position, self.partitions) = (body, etag, position, partitions)
        }
    }

    /// What may come of a query that is well formed.
    public enum Outcome {
        case found(Answer)
        /// There is no such thing at `position`.
        case notFound(kind: StaticString, position: UInt64)
        /// It would have to read more than the budget at `position`. Nothing is known of the answer.
        case beyondBudget(position: UInt64)
    }

    /// A query reads for at most `budget_ns`, as `ReadBudget` counts; without a bound when nothing is said.
    public init(views: ViewBuild, freshness: Freshness, cacheBytes: Int, budget_ns: Int = .max) throws(LMDBError) {
        let snapshot = try views.beginRead()
        snapshot.budget.limit_ns = budget_ns
        self.init(views, freshness, ResponseCache(bytesMax: cacheBytes), snapshot)
    }

    private init(
        _ views: ViewBuild, _ freshness: Freshness, _ cache: consuming ResponseCache, _ snapshot: consuming ViewSnapshot
    ) {
        self.views = views
        self.freshness = freshness
        self.cache = cache
        self.snapshot = snapshot
        names = UserNames(freshness)
        self.snapshot.reset()
    }

    /// What its next answer is at, or later: never before one that it gave, so that a client's tokens do not go back. A snapshot
    /// may be newer than what is published, as a commit is seen before.
    public var position: UInt64 { max(freshness.appliedPosition, given) }
    public var cacheCounts: ResponseCache.Counts { cache.counts }
    /// Rows that the last answer was made of, as `ReadBudget` counts them.
    public var rowsRead: Int { snapshot.budget.rowsRead }
    public var cacheBytes: Int { cache.bytes }
    public var cacheEntries: Int { cache.count }

    /// The finished answer to `target`, if it is kept and still is the answer.
    public mutating func cachedAnswer(_ target: RawSpan) -> Answer? {
        // The position first, the stamps second: see `Freshness`. Those of the commit of an earlier answer are there as well.
        let position = self.position
        guard
            let entry = cache.find(
                target, hash: ResponseCache.hash(target), applied: position, freshness: freshness)
        else { return nil }
        given = max(given, entry.position)
        return Answer(body: entry.body, etag: entry.etag, position: entry.position, partitions: [])
    }

    /// Keeps an answer to `target` that another engine made from the same views. It is dropped, like one of this engine's
    /// own, once something it depends on has changed after its position.
    public mutating func keep(_ answer: Answer, target: RawSpan) {
        given = max(given, answer.position)
        guard !answer.partitions.isEmpty, cache.bytesMax > 0 else { return }
        cache.insert(
            target, hash: ResponseCache.hash(target), body: answer.body, etag: answer.etag, position: answer.position,
            partitions: answer.partitions)
    }

    /// Looks the query up in the newest snapshot and keeps the answer for `target`.
    public mutating func answer(_ query: Query, target: RawSpan) throws(LMDBError) -> Outcome {
        cache.countMiss()
        try snapshot.renew()
        defer { snapshot.reset() }
        let position = try snapshot.position()
        given = max(given, position)
        names.prepare(for: position)
        snapshot.budget.begin()
        body.removeAll()
        let partitions: [Partition]
        switch query {
        case .productList(let query): partitions = try renderProducts(query)
        case .orderList(let query): partitions = try renderOrders(query)
        case .product(let id):
            guard let number = try snapshot.appendProduct(id.span.bytes, names: names, to: &body) else {
                return .notFound(kind: "product", position: position)
            }
            partitions = [.product(number), .userNames]
        case .reviewList(let query):
            guard let number = try snapshot.productNumber(query.productId.span.bytes) else {
                return .notFound(kind: "product", position: position)
            }
            try Page(.reviews(number), query.limit, query.place, query.binding)
                .append(from: snapshot, names: names, to: &body)
            partitions = [.reviews(number), .userNames]
        case .order(let id):
            guard let number = try snapshot.orderNumber(id.span.bytes) else {
                return .notFound(kind: "order", position: position)
            }
            try snapshot.appendOrder(number, names: names, to: &body)
            partitions = [.order(number), .userNames]
        case .user(let id):
            guard let number = try snapshot.userNumber(id.span.bytes),
                try snapshot.appendUser(number, currency: views.currency, to: &body)
            else { return .notFound(kind: "user", position: position) }
            partitions = [.user(number)]
        case .sales(let query): partitions = try renderSales(query)
        case .topProducts(let query): partitions = try renderTopProducts(query)
        }
        if snapshot.budget.isOver { return .beyondBudget(position: position) }
        let etag = body.withUnsafeBytes { vitrine_xxh3_64($0.baseAddress, $0.count) }
        // Safe: `body` keeps these bytes in place until the next call.
        let answer = Answer(body: body.withUnsafeBytes { $0 }, etag: etag, position: position, partitions: partitions)
        keep(answer, target: target)
        return .found(answer)
    }
}
