import JSON
import Marketplace

/// Which products a list holds.
public enum ProductScope: Hashable, Sendable {
    case all
    case category(UInt64)
    /// Kept by newest only: other orders of a seller's products are made from the columns.
    case seller(UInt64)
}

/// The order of a product list. Ties go by newest.
public enum ProductSort: UInt8, CaseIterable, Sendable {
    case newest = 0
    case priceAscending = 1
    case priceDescending = 2
    case rating = 3
    case sold = 4
    case title = 5

    /// The orders that rows are kept in: the highest price first is the price list read backwards.
    static let kept: [ProductSort] = [.newest, .priceAscending, .rating, .sold, .title]

    var isReversed: Bool { self == .priceDescending }
    var keptSort: ProductSort { self == .priceDescending ? .priceAscending : self }
}

/// Where a product stands in a list's order: what a cursor holds. Lower comes first.
///
/// | bytes | field |
/// |---|---|
/// | 0, 8 or more | the rank: nothing for newest; price (or its complement for the highest first), or the complement of the rating's rank or of the units sold; for titles the sort key and a zero byte |
/// | 8 | complement of added at, as ordered bits |
/// | 4 | complement of the product's number |
public struct ProductPlace: Sendable {
    /// The rank as a number; for titles the first bytes of `title`.
    var rank: UInt64
    /// The sort key of the title, for that order only.
    var title: [UInt8] = []
    var added: UInt64
    var number: UInt32

    static func rank(_ row: ProductRow, _ sort: ProductSort) -> UInt64 {
        switch sort {
        case .newest: 0
        case .priceAscending: UInt64(bitPattern: row.price)
        case .priceDescending: ~UInt64(bitPattern: row.price)
        case .rating: ~UInt64(row.ratingRank)
        case .sold: ~UInt64(bitPattern: max(row.sold, 0))
        case .title: TitleOrder.rank(TitleOrder.key(ofJSON: row.titleJSON))
        }
    }

    init(rank: UInt64, title: [UInt8] = [], added: UInt64, number: UInt32) {
        (self.rank, self.title, self.added, self.number) = (rank, title, added, number)
    }

    init(_ number: UInt64, _ row: ProductRow, _ sort: ProductSort) {
        if sort == .title { title = TitleOrder.key(ofJSON: row.titleJSON) }
        rank = sort == .title ? TitleOrder.rank(title) : ProductPlace.rank(row, sort)
        added = row.addedAt.orderedBits
        self.number = UInt32(truncatingIfNeeded: number)
    }

    /// Nil for bytes that are no place in this order.
    public init?(_ bytes: [UInt8], _ sort: ProductSort) {
        let tailBytes = 12
        guard bytes.count >= tailBytes else { return nil }
        let head = bytes.count - tailBytes
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        switch sort {
        case .newest:
            guard head == 0 else { return nil }
            rank = 0
        case .title:
            guard head >= 1, head <= TitleOrder.keyBytesMax + 1, bytes[head - 1] == 0 else { return nil }
            title = Array(bytes[..<(head - 1)])
            guard !title.contains(0) else { return nil }
            rank = TitleOrder.rank(title)
        case .priceAscending, .priceDescending, .rating, .sold:
            guard head == 8 else { return nil }
            rank = number(0..<8)
        }
        added = ~number(head..<(head + 8))
        self.number = ~UInt32(truncatingIfNeeded: number((head + 8)..<bytes.count))
    }

    /// Appends the place as the bytes of a cursor, which are those of the list's key unless the list is read backwards.
    public func append(_ sort: ProductSort, to output: inout ByteWriter) {
        switch sort {
        case .newest: break
        case .title:
            output.append(title)
            output.append(byte: 0)
        case .priceAscending, .priceDescending, .rating, .sold: output.append(bigEndian: rank)
        }
        output.append(bigEndian: ~added)
        output.append(bigEndian: ~number)
    }

    func isBefore(_ other: ProductPlace) -> Bool {
        if rank != other.rank { return rank < other.rank }
        if title != other.title { return title.lexicographicallyPrecedes(other.title) }
        if added != other.added { return added > other.added }
        return number > other.number
    }
}

/// The keys of the product lists: all rows of one list stand together, in the list's order.
///
/// | bytes | field |
/// |---|---|
/// | 1 | scope × 16 + sort |
/// | 0 or 4 | number of the category or seller |
/// | … | `ProductPlace` |
enum ProductListKey {
    /// Appends what all keys of a list begin with.
    static func appendPrefix(_ scope: ProductScope, _ sort: ProductSort, to key: inout ByteWriter) {
        let kept = sort.keptSort.rawValue
        switch scope {
        case .all:
            key.append(byte: 0 << 4 | kept)
        case .category(let category):
            key.append(byte: 1 << 4 | kept)
            key.append(bigEndian: UInt32(truncatingIfNeeded: category))
        case .seller(let seller):
            key.append(byte: 2 << 4 | kept)
            key.append(bigEndian: UInt32(truncatingIfNeeded: seller))
        }
    }
}
