import CBareReads

/// A page of a category, and what the bare reads need to copy the same cards.
struct PageRequest {
    static let limit: UInt32 = 20
    private static let opening = Array("{\"items\":[".utf8)

    let request: Request
    private let sort: ListSort
    private let category: [UInt8]
    /// What the page begins behind, as it stands in the list's key.
    private let place: [UInt8]

    init(category: String, _ sort: ListSort, cursor: String?) throws {
        let suffix = cursor.map { "&cursor=\($0)" } ?? ""
        request = Request("/v1/products?category=\(category)&sort=\(sort.name)\(suffix)")
        self.sort = sort
        self.category = Array(category.utf8)
        place = try cursor.map(PageRequest.place) ?? []
    }

    /// Copies the cards of the page without Vitrine; gives the number of bytes.
    func readBare(_ bare: OpaquePointer) -> Int {
        if sort.isReversed {
            return bare_category_page_by_highest_price(
                bare, category, category.count, place, place.count, PageRequest.limit)
        }
        return bare_category_page(
            bare, UInt32(sort.keptNumber), category, category.count, place, place.count, PageRequest.limit)
    }

    /// Whether Vitrine's answer holds exactly the cards that the bare reads copied.
    func isSame(_ body: UnsafeRawBufferPointer, _ bare: OpaquePointer) -> Bool {
        let bytes = readBare(bare)
        let start = PageRequest.opening.count
        guard body.count > start + bytes, body[start + bytes] == UInt8(ascii: "]") else { return false }
        return body[start..<start + bytes].elementsEqual(UnsafeRawBufferPointer(start: bare_output(bare), count: bytes))
    }

    /// A cursor is base64url of 9 bytes and the place.
    private static func place(_ cursor: String) throws -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bytes: [UInt8] = []
        var (bits, bitCount) = (UInt32(0), 0)
        for character in cursor.utf8 {
            guard let value = alphabet.firstIndex(of: character) else {
                throw BenchmarkError("the cursor \(cursor) is not base64url")
            }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return Array(bytes.dropFirst(9))
    }
}

/// An order of a list: its name in a request, and its number in the keys.
struct ListSort {
    let name: String
    let keptNumber: UInt8
    var isReversed = false

    static let all = [
        ListSort(name: "newest", keptNumber: 0), ListSort(name: "price", keptNumber: 1),
        ListSort(name: "-price", keptNumber: 1, isReversed: true), ListSort(name: "-rating", keptNumber: 3),
        ListSort(name: "-sold", keptNumber: 4), ListSort(name: "title", keptNumber: 5),
    ]
}

/// The pages that are asked for, out of all that a market has.
struct PageRequests {
    var first: [PageRequest] = []
    var random: [PageRequest] = []

    /// First pages of Zipf-chosen categories, and random pages of random ones.
    init(_ storefront: Storefront, _ categories: [String], _ sort: ListSort, count: Int, seed: UInt64) throws {
        var chance = Chance(seed: seed)
        let zipf = Zipf(categories.count)
        let firsts = try categories.map { try PageRequest(category: $0, sort, cursor: nil) }
        first = (0..<count).map { _ in firsts[zipf.draw(&chance)] }
        var pages: [[PageRequest]] = []
        for category in categories {
            var request = try PageRequest(category: category, sort, cursor: nil)
            var ofCategory = [request]
            while let cursor = try storefront.answer(request.request)?.nextCursor {
                request = try PageRequest(category: category, sort, cursor: cursor)
                ofCategory.append(request)
            }
            pages.append(ofCategory)
        }
        random = (0..<count).map { _ in
            let ofCategory = pages[chance.below(pages.count)]
            return ofCategory[chance.below(ofCategory.count)]
        }
    }
}
