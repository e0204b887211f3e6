import JSON

/// Which orders a list holds.
public enum OrderScope: Hashable, Sendable {
    case all
    case customer(UInt64)
    /// With a line of a seller, once however many lines.
    case seller(UInt64)
}

/// The order of an order list. Ties of one time go by position: for the newest first the last placed, for the oldest first
/// the first placed. Ties of one total go by newest.
public enum OrderSort: UInt8, CaseIterable, Sendable {
    case newest = 0
    /// The newest-first list read backwards.
    case oldest = 1
    /// The highest total first. Rows are kept of all orders only.
    case total = 2
}

/// Where an order stands in a list's order: the end of its key, and what a cursor holds.
///
/// | bytes | field |
/// |---|---|
/// | 0 or 8 | by total: complement of the total |
/// | 8 | complement of placed at, as ordered bits |
/// | 4 | complement of the order's number |
public struct OrderPlace: Equatable, Sendable {
    /// Minor units; 0 in lists by time.
    var total: UInt64 = 0
    /// Placed at, as ordered bits.
    var placed: UInt64
    var number: UInt32

    init(total: UInt64 = 0, placed: UInt64, number: UInt32) {
        (self.total, self.placed, self.number) = (total, placed, number)
    }

    static func bytes(_ sort: OrderSort) -> Int { sort == .total ? 20 : 12 }

    /// Nil for bytes that are no place in this order.
    public init?(_ bytes: [UInt8], _ sort: OrderSort) {
        guard bytes.count == OrderPlace.bytes(sort) else { return nil }
        self.init(end: bytes.span.bytes, sort)
    }

    /// The place at the end of a key.
    init(end key: RawSpan, _ sort: OrderSort) {
        if sort == .total { total = ~key.bigEndian(key.byteCount - 20) }
        placed = ~key.bigEndian(key.byteCount - 12)
        number = ~UInt32(
            bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: key.byteCount - 4, as: UInt32.self))
    }

    public func append(_ sort: OrderSort, to output: inout ByteWriter) {
        if sort == .total { output.append(bigEndian: ~total) }
        output.append(bigEndian: ~placed)
        output.append(bigEndian: ~number)
    }

    /// What comes first in an order, as a number: lower is earlier.
    func rank(_ sort: OrderSort) -> UInt64 {
        switch sort {
        case .newest: ~placed
        case .oldest: placed
        case .total: ~total
        }
    }

    func isBefore(_ other: OrderPlace, _ sort: OrderSort) -> Bool {
        switch sort {
        case .newest: (placed, number) > (other.placed, other.number)
        case .oldest: (placed, number) < (other.placed, other.number)
        case .total: (total, placed, number) > (other.total, other.placed, other.number)
        }
    }
}

/// The keys of the order lists: all rows of one list stand together, in the list's order.
///
/// In `order-lists`, of all orders and of a seller's:
///
/// | bytes | field |
/// |---|---|
/// | 1 | scope × 16, and 1 more by total |
/// | 0 or 4 | number of the seller |
/// | … | `OrderPlace` |
/// | 4 | number of the customer, who has the card |
///
/// In `orders`, a customer's:
///
/// | bytes | field |
/// |---|---|
/// | 4 | number of the customer |
/// | 12 | `OrderPlace` by time |
enum OrderListKey {
    static let customerBytes = 4
    /// Bytes of a card's key.
    static let cardBytes = 16

    static func table(_ scope: OrderScope) -> ViewTable {
        if case .customer = scope { return .orders }
        return .orderLists
    }

    /// Appends what all keys of a list begin with.
    static func appendPrefix(_ scope: OrderScope, _ sort: OrderSort, to key: inout ByteWriter) {
        let kept: UInt8 = sort == .total ? 1 : 0
        switch scope {
        case .all:
            key.append(byte: 0 << 4 | kept)
        case .customer(let customer):
            key.append(bigEndian: UInt32(truncatingIfNeeded: customer))
        case .seller(let seller):
            key.append(byte: 2 << 4 | kept)
            key.append(bigEndian: UInt32(truncatingIfNeeded: seller))
        }
    }

    /// The key in a list of all orders or of a seller's.
    static func key(_ scope: OrderScope, _ sort: OrderSort, _ place: OrderPlace, customer: UInt64) -> ByteWriter {
        var key = ByteWriter(capacity: 32)
        appendPrefix(scope, sort, to: &key)
        place.append(sort, to: &key)
        key.append(bigEndian: UInt32(truncatingIfNeeded: customer))
        return key
    }

    /// Appends the key of an order's card.
    static func appendCardKey(_ order: FoundOrder, to keys: inout ByteWriter) {
        let place = OrderPlace(placed: order.placed, number: UInt32(truncatingIfNeeded: order.number))
        appendCardKey(place, order.customer, to: &keys)
    }

    static func appendCardKey(_ place: OrderPlace, _ customer: UInt64, to keys: inout ByteWriter) {
        appendPrefix(.customer(customer), .newest, to: &keys)
        place.append(.newest, to: &keys)
    }
}
