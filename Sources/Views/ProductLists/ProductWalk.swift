import JSON
import LMDB

/// A walk over one product list in its order, from its beginning or from behind a place, within a range of prices where
/// the order is by price.
///
/// The highest price first is the list of the lowest first read backwards. Products of one price stand newest first in
/// both, so a group of one price is read forwards before the walk goes on below it.
public struct ProductWalk: ~Copyable, ~Escapable {
    var cursor: Cursor
    /// What all keys of the list begin with, or by title those of the group's list that the cursor is in.
    var prefix: ByteWriter
    let scope: ProductScope
    private let sort: ProductSort
    private let prices: ClosedRange<Int64>
    var state = State.ended
    /// By title: whether the cursor stands on a row, the keys of the groups' rows that led to where it is, and how often it
    /// was sent into a group's list or back.
    var hasRow = false
    var groups: [[UInt8]] = []
    var seeks = 0

    private var rank: UInt64 = 0
    private var added: UInt64 = 0
    private var productNumber: UInt32 = 0

    enum State {
        /// The cursor stands on the next item.
        case ahead
        /// The cursor stands on the current item.
        case on
        /// Backwards: the cursor stands on the last item of a group, which is next.
        case below
        /// Backwards, inside the group of this price.
        case group(price: UInt64, isAhead: Bool)
        case ended
    }

    /// Call `begin` first. A seller's list is kept by newest only.
    @_lifetime(copy cursor)
    init(
        _ cursor: consuming Cursor, _ scope: ProductScope, _ sort: ProductSort,
        prices: ClosedRange<Int64> = ViewSnapshot.allPrices
    ) {
        if case .seller = scope { precondition(sort == .newest, "a seller's products are kept by newest") }
        (self.scope, self.sort, self.prices) = (scope, sort, prices)
        var prefix = ByteWriter(capacity: 16)
        ProductListKey.appendPrefix(scope, sort, to: &prefix)
        self.prefix = prefix
        self.cursor = cursor
    }

    /// The number of the current product.
    public var number: UInt64 { UInt64(productNumber) }

    /// The place of the current product; without the title itself, which is not here.
    public var place: ProductPlace {
        var place = ProductPlace(rank: sort.isReversed ? ~rank : rank, added: added, number: productNumber)
        if sort == .title {
            place.titleKey = titleKey
            place.rank = TitleOrder.rank(place.titleKey)
        }
        return place
    }

    @_lifetime(self: copy self)
    mutating func begin(after place: ProductPlace?) throws(LMDBError) {
        if sort == .title { return try beginTitles(after: place) }
        var start = ByteWriter(capacity: 64)
        start.append(prefix.bytes)
        guard sort.isReversed else {
            if let place {
                place.append(sort, to: &start)
            } else if sort == .priceAscending {
                start.append(bigEndian: UInt64(bitPattern: prices.lowerBound))
            }
            guard try cursor.seek(start.bytes) else { return }
            state = .ahead
            if place != nil, isAt(start) { state = .on }
            return
        }
        guard let place else {
            // Behind the highest price of the range, and before what follows the list.
            start.append(bigEndian: UInt64(bitPattern: prices.upperBound) &+ 1)
            return try goBelow(start)
        }
        let price = ~place.rank
        start.append(bigEndian: price)
        start.append(bigEndian: ~place.added)
        start.append(bigEndian: ~place.number)
        state = .group(price: price, isAhead: true)
        if try cursor.seek(start.bytes) {
            if isAt(start) { state = .group(price: price, isAhead: false) }
        } else {
            start.truncate(to: prefix.count + 8)
            try goBelow(start)
        }
    }

    /// Moves to the next product; false at the list's end.
    @_lifetime(self: copy self)
    public mutating func next() throws(LMDBError) -> Bool {
        if sort == .title { return try nextByTitle() }
        switch state {
        case .ended: return false
        case .ahead: return take()
        case .on:
            guard try cursor.next() else { return end() }
            return take()
        case .below: return try takeFromBelow()
        case .group(let price, let isAhead):
            let isMoved = isAhead ? true : try cursor.next()
            if isMoved, isInList, keyRank == price {
                decode()
                state = .group(price: price, isAhead: false)
                return true
            }
            var start = ByteWriter(capacity: 64)
            start.append(prefix.bytes)
            start.append(bigEndian: price)
            try goBelow(start)
            if case .ended = state { return false }
            return try takeFromBelow()
        }
    }

    /// Takes the item under the cursor, going forwards.
    @_lifetime(self: copy self)
    private mutating func take() -> Bool {
        guard isInList else { return end() }
        decode()
        if sort == .priceAscending, rank > UInt64(bitPattern: prices.upperBound) { return end() }
        state = .on
        return true
    }

    /// Takes the item under the cursor, the last of its group, or the first of that group if it is not alone.
    @_lifetime(self: copy self)
    private mutating func takeFromBelow() throws(LMDBError) -> Bool {
        decode()
        let price = rank
        guard price >= UInt64(bitPattern: prices.lowerBound) else { return end() }
        let isMoved = try cursor.previous()
        guard isMoved, isInList else {
            state = .ended
            return true
        }
        guard keyRank == price else {
            state = .below
            return true
        }
        var start = ByteWriter(capacity: 64)
        start.append(prefix.bytes)
        start.append(bigEndian: price)
        guard try cursor.seek(start.bytes) else { return end() }
        decode()
        state = .group(price: price, isAhead: false)
        return true
    }

    /// Moves to the last item before `key`.
    @_lifetime(self: copy self)
    private mutating func goBelow(_ key: borrowing ByteWriter) throws(LMDBError) {
        let isFound = try cursor.seek(key.bytes)
        let isMoved = isFound ? try cursor.previous() : try cursor.last()
        state = isMoved && isInList ? .below : .ended
    }

    @_lifetime(self: copy self)
    private mutating func end() -> Bool {
        state = .ended
        return false
    }

    @_lifetime(self: copy self)
    mutating func decode() {
        let (rank, added, number) = keyParts
        (self.rank, self.added, productNumber) = (rank, added, number)
    }

    private var keyParts: (rank: UInt64, added: UInt64, number: UInt32) {
        let key = cursor.key
        let tail = key.byteCount - 12
        return (
            sort == .newest || sort == .title ? 0 : key.bigEndian(prefix.count), ~key.bigEndian(tail),
            ~UInt32(bigEndian: key.unsafeLoadUnaligned(fromCheckedByteOffset: tail + 8, as: UInt32.self))
        )
    }

    func isAt(_ bytes: borrowing ByteWriter) -> Bool {
        let key = cursor.key
        return key.hasSameBytes(as: bytes.bytes)
    }

    private var keyRank: UInt64 {
        let key = cursor.key
        return key.bigEndian(prefix.count)
    }

    var isInList: Bool {
        let key = cursor.key
        guard key.byteCount > prefix.count else { return false }
        return key.extracting(0..<prefix.count).hasSameBytes(as: prefix.bytes)
    }
}

extension ViewSnapshot {
    /// Every price that a product can have.
    public static let allPrices: ClosedRange<Int64> = 0...(Int64.max - 1)

    /// The products of a list in order. A seller's list is kept by newest only.
    @_lifetime(borrow self)
    public func products(
        _ scope: ProductScope, _ sort: ProductSort, after place: ProductPlace?,
        prices: ClosedRange<Int64> = ViewSnapshot.allPrices
    ) throws(LMDBError) -> ProductWalk {
        var walk = ProductWalk(try cursor(.productLists), scope, sort, prices: prices)
        try walk.begin(after: place)
        return walk
    }
}
