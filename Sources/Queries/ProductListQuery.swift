import HTTP
import JSON
import Views

/// GetProductList.
public struct ProductListQuery: Sendable {
    /// Names as they were asked for: their numbers are looked up in the snapshot that answers.
    var category: [UInt8]?
    var seller: [UInt8]?
    /// The rest of the filter, the order, and where the page before this one ended.
    var request: ProductListRequest
    var facets: ProductFacetKinds = []
    /// Only these products, in this order.
    var ids: [[UInt8]]?
    var binding = PageCursor.Binding("products")

    /// Every parameter it takes.
    public static let parameters: [StaticString] = [
        "category", "seller", "minPrice", "maxPrice", "minRating", "inStock", "sort", "limit", "cursor", "facets",
        "ids",
    ]
    /// Those that hold several values.
    private static let lists: [StaticString] = ["facets", "ids"]
    static let idsMax = 100

    public init(_ query: RawSpan) throws(Problem) {
        let parameters = try ParameterSet(
            query, allowed: ProductListQuery.parameters, lists: ProductListQuery.lists)
        request = ProductListRequest(limit: try parameters.limit(1...100, default: 20))
        if let ids = parameters.value("ids") {
            if let other = parameters.first(except: ["ids", "limit"]) {
                throw Problem.parameter("ids", "stands alone, without \(other)")
            }
            self.ids = try ProductListQuery.ids(ids)
            return
        }
        category = parameters.value("category")
        seller = parameters.value("seller")
        if let category, category.isEmpty { throw Problem.parameter("category", "must not be empty") }
        if let seller, seller.isEmpty { throw Problem.parameter("seller", "must not be empty") }
        request.sort = try ProductListQuery.sort(parameters.value("sort"))
        try readFilter(parameters)
        facets = try ProductListQuery.facets(parameters.value("facets"))

        binding.add("category", category)
        binding.add("seller", seller)
        binding.add("minPrice", parameters.value("minPrice"))
        binding.add("maxPrice", parameters.value("maxPrice"))
        binding.add("minRating", parameters.value("minRating"))
        binding.add("inStock", request.filter.inStock ? 1 : 0)
        binding.add("sort", UInt64(request.sort.rawValue))
        binding.add("facets", UInt64(facets.rawValue))
        request.after = try place(parameters)
    }

    private func place(_ parameters: borrowing ParameterSet) throws(Problem) -> ProductPlace? {
        let bytes = try parameters.place(binding)
        if bytes.isEmpty { return nil }
        guard let place = ProductPlace(bytes, request.sort) else { throw ParameterSet.foreignCursor }
        return place
    }

    private static func ids(_ text: [UInt8]) throws(Problem) -> [[UInt8]] {
        let ids = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Array($0) }
        guard ids.allSatisfy({ !$0.isEmpty }) else {
            throw Problem.parameter("ids", "must be product ids with a comma between them")
        }
        guard ids.count <= idsMax else { throw Problem.parameter("ids", "must be at most \(idsMax) product ids") }
        return ids
    }

    private static func sort(_ name: [UInt8]?) throws(Problem) -> ProductSort {
        guard let name else { return .newest }
        let text = name.span.bytes
        if text.equals("newest") { return .newest }
        if text.equals("price") { return .priceAscending }
        if text.equals("-price") { return .priceDescending }
        if text.equals("-rating") { return .rating }
        if text.equals("-sold") { return .sold }
        if text.equals("title") { return .title }
        throw Problem.parameter(
            "sort", "must be newest, price, -price, -rating, -sold or title, not '\(text.text.prefix(40))'")
    }

    private mutating func readFilter(_ parameters: borrowing ParameterSet) throws(Problem) {
        let low = try parameters.amount("minPrice")
        let high = try parameters.amount("maxPrice")
        if let low, let high, low > high { throw Problem.parameter("maxPrice", "is below minPrice") }
        if low != nil || high != nil {
            request.filter.prices = (low ?? 0)...(high ?? ViewSnapshot.allPrices.upperBound)
        }
        if let text = parameters.value("minRating") {
            guard let tenths = ProductListQuery.tenths(text), (10...50).contains(tenths) else {
                throw Problem.parameter("minRating", "must be a number from 1 to 5, such as 4 or 4.5")
            }
            request.filter.ratingTenthsMin = tenths
        }
        if let text = parameters.value("inStock") {
            guard text.span.bytes.equals("true") else { throw Problem.parameter("inStock", "must be true") }
            request.filter.inStock = true
        }
    }

    /// A decimal number in tenths, rounded up: an average, which has one decimal, reaches the number if it reaches that.
    private static func tenths(_ text: [UInt8]) -> UInt32? {
        guard (1...16).contains(text.count), text.first.map(isDigit) == true else { return nil }
        var tenths: UInt32 = 0
        var decimals = -1
        var isMore = false
        for byte in text {
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard isDigit(byte) else { return nil }
            let digit = UInt32(byte &- UInt8(ascii: "0"))
            if decimals < 1 {
                tenths = min(tenths * 10 + digit, 10_000)
            } else if digit > 0 {
                isMore = true
            }
            if decimals >= 0 { decimals += 1 }
        }
        if decimals == 0 { return nil }
        if decimals < 0 { tenths *= 10 }
        return isMore ? tenths + 1 : tenths
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func facets(_ text: [UInt8]?) throws(Problem) -> ProductFacetKinds {
        guard let text else { return [] }
        var kinds: ProductFacetKinds = []
        for name in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let kind: ProductFacetKinds? =
                switch String(decoding: name.prefix(16), as: UTF8.self) {
                case "category": .category
                case "seller": .seller
                case "price": .price
                case "rating": .rating
                default: nil
                }
            guard let kind, !kinds.contains(kind) else {
                throw Problem.parameter(
                    "facets", "must be some of category, seller, price and rating, each once, with a comma between them"
                )
            }
            kinds.insert(kind)
        }
        return kinds
    }
}
