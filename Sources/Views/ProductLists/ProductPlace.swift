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
/// | 0, 8 or more | the rank: nothing for newest; price (or its complement for the highest first), or the complement of the rating's rank or of the units sold; for titles the sort key and a zero byte, or a zero byte and the title |
/// | 8 | complement of added at, as ordered bits |
/// | 4 | complement of the product's number |
public struct ProductPlace: Sendable {
    /// The rank as a number; for titles the first bytes of `titleKey`.
    var rank: UInt64
    /// The sort key of the title, for that order only.
    var titleKey: [UInt8] = []
    /// The title itself, of one whose key is long: a key may have thousands of bytes, the text that gives it 800.
    var title: [UInt8] = []
    var added: UInt64
    var number: UInt32

    /// A cursor holds keys below this many bytes as they are. Keys used to be cut at 200 bytes, and a cursor of then with
    /// that many may stand anywhere among titles that begin alike, so it is refused.
    static let longTitleKeyBytes = 200
    /// A title has at most 200 characters.
    private static let titleBytesMax = 800

    var isTitleKeyLong: Bool { titleKey.count >= ProductPlace.longTitleKeyBytes }

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

    init(rank: UInt64, titleKey: [UInt8] = [], added: UInt64, number: UInt32) {
        (self.rank, self.titleKey, self.added, self.number) = (rank, titleKey, added, number)
    }

    init(_ number: UInt64, _ row: ProductRow, _ sort: ProductSort) {
        if sort == .title { titleKey = TitleOrder.key(ofJSON: row.titleJSON) }
        rank = sort == .title ? TitleOrder.rank(titleKey) : ProductPlace.rank(row, sort)
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
            guard head >= 1, ProductPlace.readTitle(bytes[..<head], &titleKey, &title) else { return nil }
            rank = TitleOrder.rank(titleKey)
        case .priceAscending, .priceDescending, .rating, .sold:
            guard head == 8 else { return nil }
            rank = number(0..<8)
        }
        added = ~number(head..<(head + 8))
        self.number = ~UInt32(truncatingIfNeeded: number((head + 8)..<bytes.count))
    }

    /// Either form of a title in a cursor; false for what is neither.
    private static func readTitle(_ bytes: ArraySlice<UInt8>, _ key: inout [UInt8], _ title: inout [UInt8]) -> Bool {
        guard bytes.first == 0, bytes.count > 1 else {
            key = Array(bytes.dropLast())
            return bytes.last == 0 && key.count < longTitleKeyBytes && !key.contains(0)
        }
        title = Array(bytes.dropFirst())
        guard title.count <= titleBytesMax else { return false }
        key = TitleOrder.key(of: title)
        return key.count >= longTitleKeyBytes
    }

    /// Appends the place as the bytes of a cursor.
    public func append(_ sort: ProductSort, to output: inout ByteWriter) {
        switch sort {
        case .newest: break
        case .title where isTitleKeyLong:
            output.append(byte: 0)
            output.append(title)
        case .title:
            output.append(titleKey)
            output.append(byte: 0)
        case .priceAscending, .priceDescending, .rating, .sold: output.append(bigEndian: rank)
        }
        appendTail(to: &output)
    }

    /// Appends the time and the number, with which every place ends.
    func appendTail(to output: inout ByteWriter) {
        output.append(bigEndian: ~added)
        output.append(bigEndian: ~number)
    }
}
