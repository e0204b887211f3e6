import JSON

/// Which orders a list holds.
public enum OrderScope: Equatable, Sendable {
    case all
    case customer(UInt64)
    case seller(UInt64)
    case customerOfSeller(customer: UInt64, seller: UInt64)
}

/// The keys of an order list, newest first.
///
/// | bytes | field |
/// |---|---|
/// | 1 | scope × 16 |
/// | 0, 8 or 16 | numbers of the scope |
/// | 8 | complement of placed at, as ordered bits |
/// | 8 | complement of the order's number |
public struct OrderListKey {
    public static func appendPrefix(_ scope: OrderScope, to key: inout ByteWriter) {
        switch scope {
        case .all:
            key.append(byte: 0 << 4)
        case .customer(let customer):
            key.append(byte: 1 << 4)
            key.append(bigEndian: customer)
        case .seller(let seller):
            key.append(byte: 2 << 4)
            key.append(bigEndian: seller)
        case .customerOfSeller(let customer, let seller):
            key.append(byte: 3 << 4)
            key.append(bigEndian: customer)
            key.append(bigEndian: seller)
        }
    }

    /// How many bytes of a key come after the prefix: the place of an order, which cursors hold.
    public static let placeBytes = 16

    static func key(_ scope: OrderScope, _ moment: Moment) -> ByteWriter {
        var key = ByteWriter(capacity: 40)
        appendPrefix(scope, to: &key)
        key.append(bigEndian: ~moment.time.orderedBits)
        key.append(bigEndian: ~moment.position)
        return key
    }

}
