import JSON

/// The keys of the product lists: all rows of one list stand together, in the list's order.
///
/// | bytes | field |
/// |---|---|
/// | 1 | scope × 16 + sort |
/// | 0 or 4 | number of the category or seller |
/// | … | the rank: nothing by newest; by title the sort key and a zero byte; else 8 bytes |
/// | 12 | what a `ProductPlace` ends with |
///
/// Sort keys of titles beyond `titlePieceBytes` are cut into pieces: see `TitleGroups`.
enum ProductListKey {
    /// LMDB's keys end at 511 bytes. Usual titles have keys of a tenth of this, Latin ones of 200 characters seldom more.
    static let titlePieceBytes = 400

    /// Stands where the sort does for the list of a group of titles.
    private static let titleGroupSort: UInt8 = 6

    /// Appends what all keys of a list begin with.
    static func appendPrefix(_ scope: ProductScope, _ sort: ProductSort, to key: inout ByteWriter) {
        appendPrefix(scope, sort.keptSort.rawValue, to: &key)
    }

    /// Appends what all keys of the list of a group of titles begin with; `TitleGroups.none` has the list itself.
    static func appendPrefix(_ scope: ProductScope, titleGroup: UInt32, to key: inout ByteWriter) {
        guard titleGroup != TitleGroups.none else { return appendPrefix(scope, .title, to: &key) }
        appendPrefix(scope, titleGroupSort, to: &key)
        key.append(bigEndian: titleGroup)
    }

    private static func appendPrefix(_ scope: ProductScope, _ sort: UInt8, to key: inout ByteWriter) {
        switch scope {
        case .all:
            key.append(byte: 0 << 4 | sort)
        case .category(let category):
            key.append(byte: 1 << 4 | sort)
            key.append(bigEndian: UInt32(truncatingIfNeeded: category))
        case .seller(let seller):
            key.append(byte: 2 << 4 | sort)
            key.append(bigEndian: UInt32(truncatingIfNeeded: seller))
        }
    }
}
