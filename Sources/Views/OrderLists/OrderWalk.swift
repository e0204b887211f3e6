import JSON
import LMDB

/// A walk over one order list in its order, from its beginning or from behind a place, within a range of times where the
/// order is by time.
///
/// It goes over a range of keys, forwards, or backwards for the oldest first.
struct OrderWalk: ~Copyable, ~Escapable {
    private var cursor: Cursor
    private let scope: OrderScope
    private let sort: OrderSort
    /// What a forward walk ends before, or the last key of a backward one.
    private let stop: ByteWriter
    /// Whether the cursor stands on the next order already.
    private var isAhead = false
    private var isEnded = false
    /// The place of the current order.
    private(set) var place = OrderPlace(placed: 0, number: 0)
    /// The number of the current order's customer.
    private(set) var customer: UInt64 = 0

    /// `cursor` is one of the list's table. Call `begin` with the same list, place and times first.
    @_lifetime(copy cursor)
    init(
        _ cursor: consuming Cursor, _ scope: OrderScope, _ sort: OrderSort, after: OrderPlace?, placed: Range<UInt64>
    ) {
        (self.scope, self.sort) = (scope, sort)
        stop = sort == .oldest ? Self.low(scope, sort, after, placed) : Self.high(scope, sort, after, placed)
        self.cursor = cursor
    }

    /// `placed` holds ordered bits. An order by total does not look at it.
    @_lifetime(self: copy self)
    mutating func begin(_ scope: OrderScope, after: OrderPlace?, placed: Range<UInt64>) throws(LMDBError) {
        if sort == .oldest {
            let start = Self.high(scope, sort, after, placed)
            let isFound = try cursor.seek(start.bytes)
            isAhead = isFound ? try cursor.previous() : try cursor.last()
        } else {
            let start = Self.low(scope, sort, after, placed)
            isAhead = try cursor.seek(start.bytes)
        }
        isEnded = !isAhead || placed.isEmpty
    }

    /// The first key of the range.
    private static func low(_ scope: OrderScope, _ sort: OrderSort, _ after: OrderPlace?, _ placed: Range<UInt64>)
        -> ByteWriter
    {
        var key = ByteWriter(capacity: 32)
        OrderListKey.appendPrefix(scope, sort, to: &key)
        if sort != .oldest, let after {
            after.append(sort, to: &key)
            // Behind the place's row, whatever customer stands at its end.
            key.append(bigEndian: UInt32.max)
            key.append(byte: 0)
        } else if sort != .total {
            key.append(bigEndian: ~(placed.upperBound &- 1))
        }
        return key
    }

    /// What follows the last key of the range.
    private static func high(_ scope: OrderScope, _ sort: OrderSort, _ after: OrderPlace?, _ placed: Range<UInt64>)
        -> ByteWriter
    {
        var key = ByteWriter(capacity: 32)
        OrderListKey.appendPrefix(scope, sort, to: &key)
        if sort == .total {
            // More than any key of the list: no time has nothing but set bits.
            key.append(bigEndian: UInt64.max)
            key.append(bigEndian: UInt64.max)
        } else if sort == .oldest, let after {
            after.append(sort, to: &key)
        } else {
            key.append(bigEndian: ~placed.lowerBound &+ 1)
        }
        return key
    }

    /// The number of the current order.
    var number: UInt64 { UInt64(place.number) }

    /// The row of the current order's card, if this is a customer's list.
    var card: UnsafeRawBufferPointer? {
        guard case .customer = scope else { return nil }
        return cursor.value.withUnsafeBytes { $0 }
    }

    /// Moves to the next order; false at the end.
    @_lifetime(self: copy self)
    mutating func next() throws(LMDBError) -> Bool {
        guard !isEnded else { return false }
        let isMoved = isAhead ? true : try move()
        isAhead = false
        guard isMoved, isInRange else {
            isEnded = true
            return false
        }
        let (place, customer) = current
        (self.place, self.customer) = (place, customer)
        return true
    }

    @_lifetime(self: copy self)
    private mutating func move() throws(LMDBError) -> Bool {
        sort == .oldest ? try cursor.previous() : try cursor.next()
    }

    private var current: (place: OrderPlace, customer: UInt64) {
        let key = cursor.key
        if case .customer(let customer) = scope { return (OrderPlace(end: key, sort), customer) }
        let end = key.byteCount - OrderListKey.customerBytes
        let customer = UInt32(bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: end, as: UInt32.self))
        return (OrderPlace(end: key.extracting(0..<end), sort), UInt64(customer))
    }

    private var isInRange: Bool {
        let key = cursor.key
        return key.isBefore(stop.bytes) == (sort != .oldest)
    }
}

extension ViewSnapshot {
    @_lifetime(borrow self)
    func orders(_ scope: OrderScope, _ sort: OrderSort, after place: OrderPlace?, placed: Range<UInt64>)
        throws(LMDBError) -> OrderWalk
    {
        var walk = OrderWalk(try cursor(OrderListKey.table(scope)), scope, sort, after: place, placed: placed)
        try walk.begin(scope, after: place, placed: placed)
        return walk
    }
}
