// Query times in process: one thread, no socket, no response cache.
// swift build -c release --product query-times && taskset -c 1 .build/release/query-times DATA_DIRECTORY '/v1/products?category=toys' '/v1/orders?status=paid' '/v1/reports/top-products?from=2025-06-10'
import Glibc
import JSON
import Marketplace
import Queries
import Views

/// Times `body` in rounds of `count` calls and prints the median round.
func time(_ name: String, count: Int, _ body: () throws -> Int) throws {
    var rounds: [Double] = []
    var bytes = 0
    for _ in 0..<(getenv("ROUNDS").flatMap { Int(String(cString: $0)) } ?? 15) {
        var start = timespec()
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        for _ in 0..<count { bytes = try body() }
        clock_gettime(CLOCK_MONOTONIC, &end)
        rounds.append(
            (Double(end.tv_sec - start.tv_sec) * 1e9 + Double(end.tv_nsec - start.tv_nsec)) / 1e3 / Double(count))
    }
    rounds.sort()
    print("\(name): \(rounds[rounds.count / 2]) µs (best \(rounds[0])), \(bytes) bytes")
}

let arguments = CommandLine.arguments
guard arguments.count >= 3, let path = try ViewDirectory(dataDirectory: arguments[1]).currentPath() else {
    fatalError("usage: query-times DATA_DIRECTORY TARGET…")
}
let build = try ViewBuild.open(path: path, currency: Currency("GBP")!, isReadOnly: true)
let freshness = Freshness()
var engine = try QueryEngine(views: build, freshness: freshness, cacheBytes: 0)
for target in arguments.dropFirst(2) {
    let bytes = Array(target.utf8)
    let start = (bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count - 1) + 1
    try time(target, count: getenv("COUNT").flatMap { Int(String(cString: $0)) } ?? 2_000) {
        let span = bytes.span.bytes
        let parameters = span.extracting(start..<span.byteCount)
        let query: Query
        switch target.prefix(while: { $0 != "?" }) {
        case "/v1/orders": query = .orderList(try OrderListQuery(parameters))
        case "/v1/reports/sales": query = .sales(try SalesQuery(parameters))
        case "/v1/reports/top-products": query = .topProducts(try TopProductsQuery(parameters))
        default: query = .productList(try ProductListQuery(parameters))
        }
        guard case .found(let answer) = try engine.answer(query, target: span) else { return 0 }
        return answer.body.count
    }
}
