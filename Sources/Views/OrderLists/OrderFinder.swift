import CColumns
import JSON
import LMDB
import Marketplace

/// A part of an order list that is asked for.
public struct OrderListRequest: Sendable {
    public var filter = OrderFilter()
    public var sort = OrderSort.newest
    public var limit: Int
    /// Where the part before it ended.
    public var after: OrderPlace?

    public init(limit: Int) { self.limit = limit }
}

/// An order, and what leads to its card.
public struct FoundOrder {
    public let number: UInt64
    let customer: UInt64
    /// Placed at, as ordered bits.
    let placed: UInt64
    /// The row of the card where the way to the order led over it. It lies in the map of the snapshot that the order is found in.
    var card: UnsafeRawBufferPointer?
}

/// The orders of a part of a list, in order.
public struct FoundOrders {
    public var orders: [FoundOrder] = []
    /// The place of the last of them if others follow.
    public var next: OrderPlace?
    var way: OrderFindingWay

    public var numbers: [UInt64] { orders.map(\.number) }

    fileprivate init(_ way: OrderFindingWay) { self.way = way }

    /// `selection` was asked for one more than `limit`.
    fileprivate init(
        _ selection: OrderSelection, _ limit: Int, _ way: OrderFindingWay, _ columns: ColumnReader,
        _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        self.way = way
        for place in selection.places.prefix(limit) {
            let number = UInt64(place.number)
            let customer = try columns.entry(OrderColumn.customerColumn, number, snapshot)
            orders.append(FoundOrder(number: number, customer: customer, placed: place.placed))
        }
        if selection.places.count > limit { next = selection.places[limit - 1] }
    }
}

/// How a part of a list was found. The answer does not depend on it.
enum OrderFindingWay: Hashable, CaseIterable {
    /// There is nothing to look at.
    case none
    /// A list was read in its order, and what did not match was passed over.
    case walk
    /// All orders of a user of few were looked at.
    case few
    /// The columns of all orders were compared.
    case columns
}

extension ViewSnapshot {
    /// A long list is walked so far for orders that match before columns are compared instead.
    private static let walkStepsMax = 300
    /// A look-up in a seller's list takes about as long as this many orders of that list.
    private static let lookUpSteps: Int64 = 5

    public func orderCount() throws(LMDBError) -> Int { try rowCount(.orders) }

    /// Finds the first orders of a filtered list behind a place.
    ///
    /// Three ways, each exact. The orders of a customer or seller of few are all looked at, if need be. Else a list is walked
    /// in its order, and what does not match is passed over; where matches are not rare that ends soon. Else the columns of all
    /// orders are compared, by chunks, those first that can hold the beginning of the list, until no other chunk can.
    ///
    /// Over `budget` it ends early, and what it gives is of no use.
    public func findOrders(_ request: OrderListRequest, _ columns: ColumnReader) throws(LMDBError) -> FoundOrders {
        let filter = request.filter
        guard !filter.placed.isEmpty else { return FoundOrders(.none) }
        // The whole list of one user by time: it is empty for a user of the other role, and how long it is does not matter.
        if let scope = filter.onlyUser, request.sort != .total {
            return try walk(scope, request, OrderTests(), columns, stepsMax: .max)!
        }
        try columns.begin(self)
        var tests = OrderTests()
        if let status = filter.status { tests.bits.append(OrderColumn.status(status)) }
        guard let users = try OrderUsers(filter, self) else { return FoundOrders(.none) }
        if let scope = users.addFewOrders(to: &tests, ViewSnapshot.lookUpSteps) {
            if request.sort == .total { return try lookAtAll(scope, request, tests, columns) }
            return try walk(scope, request, tests, columns, stepsMax: .max)!
        }
        if request.sort == .total {
            for set in users.sets { tests.bits.append(set.column) }
            if filter.placed != OrderFilter.allTimes { tests.placed = filter.placed }
            if let found = try walk(.all, request, tests, columns, stepsMax: ViewSnapshot.walkStepsMax) { return found }
        } else {
            for set in users.sets.dropFirst() { tests.bits.append(set.column) }
            let scope = users.sets.first?.scope ?? .all
            if let found = try walk(scope, request, tests, columns, stepsMax: ViewSnapshot.walkStepsMax) {
                return found
            }
        }
        return try compareColumns(request, users.sets, columns)
    }

    /// Nil when too much had to be passed over.
    private func walk(
        _ scope: OrderScope, _ request: OrderListRequest, _ tests: OrderTests, _ columns: ColumnReader, stepsMax: Int
    ) throws(LMDBError) -> FoundOrders? {
        let passesAll = tests.isOpen
        var found = FoundOrders(.walk)
        found.orders.reserveCapacity(request.limit)
        var walk = try orders(scope, request.sort, after: request.after, placed: request.filter.placed)
        var steps = 0
        var last: OrderPlace?
        while try walk.next() {
            steps += 1
            budget.read(rows: 1)
            if !passesAll {
                guard steps <= stepsMax else {
                    budget.spend(steps * ReadCost.step_ns)
                    return nil
                }
                guard try tests.match(walk.place, of: walk.customer, columns, self) else { continue }
            }
            if found.orders.count == request.limit {
                found.next = last
                return found
            }
            found.orders.append(
                FoundOrder(
                    number: walk.number, customer: walk.customer, placed: walk.place.placed, card: walk.card))
            if found.orders.count == request.limit { last = walk.place }
        }
        return found
    }

    private func lookAtAll(
        _ scope: OrderScope, _ request: OrderListRequest, _ tests: OrderTests, _ columns: ColumnReader
    ) throws(LMDBError) -> FoundOrders {
        var selection = OrderSelection(request.sort, count: request.limit + 1, after: request.after)
        var walk = try orders(scope, .newest, after: nil, placed: request.filter.placed)
        while try walk.next() {
            budget.read(rows: 1)
            var place = walk.place
            guard try tests.match(place, of: walk.customer, columns, self) else { continue }
            place.total = try columns.entry(OrderColumn.totalColumn, walk.number, self)
            selection.offer(place)
        }
        return try FoundOrders(selection, request.limit, .few, columns, self)
    }

    private func compareColumns(_ request: OrderListRequest, _ sets: [OrderSet], _ columns: ColumnReader)
        throws(LMDBError) -> FoundOrders
    {
        var selection = OrderSelection(request.sort, count: request.limit + 1, after: request.after)
        var window = OrderWindow(request)
        var bits = sets.map(\.column)
        if let status = request.filter.status { bits.append(OrderColumn.status(status)) }
        var words = InlineArray<63, UInt64>(repeating: 0)
        let count = try orderCount()
        for chunk in try chunks(in: window, of: count, columns) {
            if let last = selection.last {
                if chunk.rankMin(request.sort) > last.rank(request.sort) { break }
                window.narrow(to: last)
            }
            guard budget.spend(ReadCost.orderChunk_ns) else { break }
            // Safe: the words stay in place during the call, and there are as many as a chunk has.
            try withUnsafeMutableBytes(of: &words) { bytes throws(LMDBError) in
                let words = bytes.baseAddress!.assumingMemoryBound(to: UInt64.self)
                guard try select(chunk, of: count, bits, window, into: words, columns) else { return }
                try selection.offer(chunk.index, words, columns, self)
            }
        }
        return try FoundOrders(selection, request.limit, .columns, columns, self)
    }

    /// The chunks that can hold orders of the window, those first that can hold the first of them.
    private func chunks(in window: OrderWindow, of orderCount: Int, _ columns: ColumnReader) throws(LMDBError)
        -> [OrderChunk]
    {
        let count = Column.chunks(of: orderCount)
        guard budget.spend(count * ReadCost.orderChunkBounds_ns) else { return [] }
        var chunks: [OrderChunk] = []
        chunks.reserveCapacity(count)
        for index in 0..<count {
            let perRow = OrderColumn.boundsColumn.chunkEntries / OrderColumn.boundsEntries
            let row = try columns.chunk(OrderColumn.boundsColumn, index / perRow, self)
            let entry = index % perRow * OrderColumn.boundsEntries
            let chunk = OrderChunk(
                index: index, earliest: ColumnReader.entry(64, row, entry),
                latest: ColumnReader.entry(64, row, entry + 1), totalMax: ColumnReader.entry(64, row, entry + 2))
            if chunk.latest >= window.placed.lowerBound, chunk.earliest <= window.placed.upperBound {
                chunks.append(chunk)
            }
        }
        chunks.sort { $0.rankMin(window.sort) < $1.rankMin(window.sort) }
        return chunks
    }

    /// Sets the bits of a chunk's orders that match; false when there are none, as far as bits alone tell.
    private func select(
        _ chunk: OrderChunk, of orderCount: Int, _ columnsOfBits: [Column], _ window: OrderWindow,
        into words: UnsafeMutablePointer<UInt64>, _ columns: ColumnReader
    ) throws(LMDBError) -> Bool {
        let count = orderCount - chunk.index * Column.chunkEntriesUsual
        for word in 0..<Column.chunkWords {
            let entries = min(max(count - 64 * word, 0), 64)
            words[word] = entries == 64 ? .max : 1 << UInt64(entries) - 1
        }
        var selected = Column.chunkEntriesUsual
        for column in columnsOfBits {
            let bits = try columns.chunk(column, chunk.index, self)
            selected = 0
            for word in 0..<Column.chunkWords {
                words[word] &= UInt64(littleEndian: bits.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
                selected += words[word].nonzeroBitCount
            }
            if selected == 0 { return false }
        }
        if chunk.earliest < window.placed.lowerBound || chunk.latest > window.placed.upperBound {
            let placed = try columns.chunk(OrderColumn.placedAtColumn, chunk.index, self)
            ViewSnapshot.keep(window.placed, of: placed, in: words, selected)
        }
        if window.totals.lowerBound > 0 || chunk.totalMax > window.totals.upperBound {
            let totals = try columns.chunk(OrderColumn.totalColumn, chunk.index, self)
            ViewSnapshot.keep(window.totals, of: totals, in: words, selected)
        }
        return true
    }

    /// Below this part of a chunk, to look at each selected entry takes less time than to compare all of them at once.
    private static let densePart = 8

    /// Clears the bits of entries outside of a range.
    private static func keep(
        _ range: ClosedRange<UInt64>, of entries: UnsafeRawPointer, in words: UnsafeMutablePointer<UInt64>,
        _ selected: Int
    ) {
        guard selected < Column.chunkEntriesUsual / densePart else {
            return vitrine_filter_range(
                entries.assumingMemoryBound(to: UInt64.self), range.lowerBound, range.upperBound, words,
                Column.chunkWords)
        }
        let (low, high) = (range.lowerBound, range.upperBound)
        for word in 0..<Column.chunkWords {
            var bits = words[word]
            while bits != 0 {
                let bit = bits & (0 &- bits)
                let entry = ColumnReader.entry(64, entries, 64 * word + bits.trailingZeroBitCount)
                if entry < low || entry > high { words[word] &= ~bit }
                bits &= bits &- 1
            }
        }
    }

    /// How many orders a customer has, or how many have a line of a seller; nil for a user of the other role.
    fileprivate func orderCount(of user: UInt64, isSeller: Bool) throws(LMDBError) -> Int64? {
        guard let row = try get(.users, number: user), UserRow.isSeller(row) == isSeller else { return nil }
        return UserRow.orderCount(in: row)
    }
}

/// The customer and the seller whose orders are asked for, and how many orders each has.
private struct OrderUsers {
    private var customer: (set: OrderSet, count: Int64)?
    private var seller: (set: OrderSet, count: Int64)?

    /// Nil when one of them is no such user.
    init?(_ filter: OrderFilter, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        if let user = filter.customer {
            guard let count = try snapshot.orderCount(of: user, isSeller: false) else { return nil }
            customer = (OrderSet(user: user, isSeller: false), count)
        }
        if let user = filter.seller {
            guard let count = try snapshot.orderCount(of: user, isSeller: true) else { return nil }
            seller = (OrderSet(user: user, isSeller: true), count)
        }
    }

    /// Those of many orders, the one of fewer first. All of them, as they are only asked for where nobody has few.
    var sets: [OrderSet] {
        [customer, seller].compactMap { $0 }.sorted { $0.count < $1.count }.map(\.set)
    }

    /// The list of few orders that holds all that can match, and what of the other user is left to test; nil without one.
    func addFewOrders(to tests: inout OrderTests, _ lookUpSteps: Int64) -> OrderScope? {
        let fewOfCustomer = customer.flatMap { $0.count <= OrderSet.ordersMax ? $0 : nil }
        let fewOfSeller = seller.flatMap { $0.count <= OrderSet.ordersMax ? $0 : nil }
        switch (fewOfCustomer, fewOfSeller) {
        case (nil, nil): return nil
        case (let few?, nil):
            if let seller { tests.bits.append(seller.set.column) }
            return few.set.scope
        case (let few?, let other?) where few.count * lookUpSteps < other.count:
            tests.seller = other.set.user
            return few.set.scope
        case (_, let few?):
            if let customer { tests.customer = customer.set.user }
            return few.set.scope
        }
    }
}

/// What is known of a chunk of orders without reading it.
private struct OrderChunk {
    var index: Int
    /// Placed at, as ordered bits.
    var earliest: UInt64
    var latest: UInt64
    var totalMax: UInt64

    /// The lowest rank that one of its orders can have.
    func rankMin(_ sort: OrderSort) -> UInt64 {
        switch sort {
        case .newest: ~latest
        case .oldest: earliest
        case .total: ~totalMax
        }
    }
}

/// Between which values an order can be one of those asked for: the filter's times, less what is before the cursor and
/// what is behind enough others.
private struct OrderWindow {
    let sort: OrderSort
    var placed: ClosedRange<UInt64>
    var totals: ClosedRange<UInt64> = 0...UInt64.max

    init(_ request: OrderListRequest) {
        sort = request.sort
        var (low, high) = (request.filter.placed.lowerBound, request.filter.placed.upperBound - 1)
        if let after = request.after {
            switch sort {
            case .newest: high = max(low, min(high, after.placed))
            case .oldest: low = min(high, max(low, after.placed))
            case .total: totals = 0...after.total
            }
        }
        placed = low...high
    }

    /// `last` is the last of enough orders.
    mutating func narrow(to last: OrderPlace) {
        switch sort {
        case .newest: placed = max(placed.lowerBound, last.placed)...placed.upperBound
        case .oldest: placed = placed.lowerBound...min(placed.upperBound, last.placed)
        case .total: totals = last.total...totals.upperBound
        }
    }
}
