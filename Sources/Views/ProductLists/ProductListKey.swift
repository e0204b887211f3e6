import JSON

/// Which products a list holds.
public enum ProductScope: Equatable, Sendable {
    case all
    case category(UInt64)
    case seller(UInt64)
    case sellerInCategory(seller: UInt64, category: UInt64)
}

/// The order of a product list. Ties go by newest.
public enum ProductSort: UInt8, CaseIterable, Sendable {
    case newest = 0
    case priceAscending = 1
    case priceDescending = 2
}

/// The keys of a product list: all rows of one list stand together, in the list's order.
///
/// | bytes | field |
/// |---|---|
/// | 1 | scope × 16 + sort |
/// | 0, 8 or 16 | numbers of the scope |
/// | 0 or 8 | price, or its complement for the highest first |
/// | 8 | complement of added at, as ordered bits |
/// | 8 | complement of the product's number |
public struct ProductListKey {
    /// Appends what all keys of a list begin with.
    public static func appendPrefix(_ scope: ProductScope, _ sort: ProductSort, to key: inout ByteWriter) {
        switch scope {
        case .all:
            key.append(byte: 0 << 4 | sort.rawValue)
        case .category(let category):
            key.append(byte: 1 << 4 | sort.rawValue)
            key.append(bigEndian: category)
        case .seller(let seller):
            key.append(byte: 2 << 4 | sort.rawValue)
            key.append(bigEndian: seller)
        case .sellerInCategory(let seller, let category):
            key.append(byte: 3 << 4 | sort.rawValue)
            key.append(bigEndian: seller)
            key.append(bigEndian: category)
        }
    }

    /// How many bytes of a key come after the prefix: the place of a product in the order, which cursors hold.
    public static func placeBytes(_ sort: ProductSort) -> Int { sort == .newest ? 16 : 24 }

    static func appendPlace(_ number: UInt64, _ row: ProductRow, _ sort: ProductSort, to key: inout ByteWriter) {
        switch sort {
        case .newest: break
        case .priceAscending: key.append(bigEndian: UInt64(bitPattern: row.price))
        case .priceDescending: key.append(bigEndian: ~UInt64(bitPattern: row.price))
        }
        key.append(bigEndian: ~row.addedAt.orderedBits)
        key.append(bigEndian: ~number)
    }

}
