import Foundation
import JSON
import LMDB
import Testing

@testable import Views

/// Lists by title where titles begin alike: the whole sort key counts, and every page goes on exactly behind the last.
@Suite struct LongTitleTests {
    /// Every byte of a sort key counts, up to the longest that there are.
    @Test func aKeyIsWhole() {
        for title in LongTitles.some {
            let (shorter, longer) = (TitleOrder.key(of: Array(title.utf8)), TitleOrder.key(of: Array("\(title)z".utf8)))
            #expect(!shorter.contains(0))
            #expect(shorter.lexicographicallyPrecedes(longer))
        }
        let longest = TitleOrder.key(of: Array(String(repeating: "\u{FDFA}", count: 200).utf8))
        #expect(longest.count > 8_000)
    }

    @Test func titlesAreOfTheLengthsThatMatter() {
        let lengths = LongTitles.some.map { TitleOrder.key(of: Array($0.utf8)).count }
        let piece = ProductListKey.titlePieceBytes
        #expect(lengths.contains { $0 < ProductPlace.longTitleKeyBytes })
        #expect(lengths.contains { (ProductPlace.longTitleKeyBytes...piece).contains($0) })
        #expect(lengths.contains { $0 > piece && $0 <= 2 * piece })
        #expect(lengths.contains { $0 > 15 * piece })
    }

    /// Titles that end exactly with a piece stand before those that go on behind it, whatever comes first.
    @Test func piecesEndWhereTitlesDo() throws {
        let titles = (120...200).flatMap { count in
            ["", "q", "Q", "1", "é", "漢", "É"].map { String(repeating: "A", count: count - 1) + $0 }
        }
        let lengths = titles.map { TitleOrder.key(of: Array($0.utf8)).count - ProductListKey.titlePieceBytes }
        #expect(lengths.contains(0) && lengths.contains { $0 < 0 } && lengths.contains { $0 > 0 })
        let market = try SmallMarket(seed: 3, products: 1_200, titles: titles)
        let snapshot = try market.build.beginRead()
        #expect(try pages(snapshot, limit: 7) == ordered(market.products.filter(\.isListed)))
    }

    @Test func everyLimitPagesThroughAll() throws {
        let market = try SmallMarket(seed: UInt64.random(in: 0...999), products: 700, titles: LongTitles.some)
        let expected = ordered(market.products.filter(\.isListed))
        let snapshot = try market.build.beginRead()
        for limit in 1...100 { #expect(try pages(snapshot, limit: limit) == expected, "limit \(limit)") }
    }

    /// Between pages other products change, and now and then the very one that the cursor names. What does not change is
    /// shown once, in order.
    @Test(arguments: [1, 2, 5, 13]) func whatStaysIsNeverSkippedOrRepeated(limit: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("whatStaysIsNeverSkippedOrRepeated: seed \(seed)")
        let market = try SmallMarket(seed: seed, products: 400, titles: LongTitles.some)
        for category in [nil, 0] as [Int?] {
            func isListed(_ product: SmallMarket.Product) -> Bool {
                product.isListed && (category == nil || product.category == category)
            }
            let changing = { (index: Int) in index % 2 == 0 }
            let staying = ordered(market.products.filter { isListed($0) && !changing(Int($0.number)) })
            var snapshot = try market.build.beginRead()
            var request = ProductListRequest(limit: limit)
            request.sort = .title
            if let category {
                let name = SmallMarket.category(category)
                request.filter.category = try snapshot.categoryNumber(name.utf8.span.bytes)
            }
            var seen: [UInt64] = []
            for page in 0... {
                let found = try snapshot.findProducts(request, ColumnReader())
                seen += found.numbers
                guard let next = found.next else { break }
                request.after = try roundTrip(next)
                try market.changeSome(30, where: changing)
                let last = Int(try #require(found.numbers.last))
                if changing(last) {
                    if page % 2 == 0 { try market.rename(last, to: LongTitles.some[page % 100]) }
                    if page % 2 == 1 { try market.discontinue(last) }
                }
                try snapshot.renew()
            }
            #expect(seen.filter { !changing(Int($0)) } == staying)
        }
    }

    /// A page within the largest group costs what a page costs.
    @Test func manyTitlesOfOneBeginningHangNothing() throws {
        let beginning = String(repeating: "漢", count: 180)
        let market = try SmallMarket(
            seed: 5, products: 20_000, titles: (0..<10_000).map { "\(beginning)\($0)" })
        let snapshot = try market.build.beginRead()
        var request = ProductListRequest(limit: 100)
        request.sort = .title
        request.after = try snapshot.findProducts(request, ColumnReader()).next
        snapshot.budget.begin()
        #expect(try snapshot.findProducts(request, ColumnReader()).numbers.count == 100)
        #expect(snapshot.budget.spent_ns < 10 * ReadCost.seek_ns)
        #expect(snapshot.budget.rowsRead < 110)
        // What must be put in order by whole keys is given up soon.
        request.filter.prices = 0...1_000_000
        (request.walkStepsMax, request.matchStepsMax) = (0, 0)
        snapshot.budget.limit_ns = ReadBudget.loop_ns
        snapshot.budget.begin()
        _ = try snapshot.findProducts(request, ColumnReader())
        #expect(snapshot.budget.isOver)
        #expect(
            snapshot.budget.spent_ns < ReadBudget.loop_ns + 10 * (ReadCost.titleKey_ns + 700 * ReadCost.titleKeyByte_ns)
        )
    }

    /// Each product of a deep group of its own: the walk is charged for the way there and ends when it may not go on.
    @Test func deepGroupsAreCharged() throws {
        let inner = String(repeating: "\u{FDFA}", count: 180)
        let market = try SmallMarket(seed: 6, products: 300, titles: (10..<99).map { "\($0)\(inner)" })
        let snapshot = try market.build.beginRead()
        var request = ProductListRequest(limit: 100)
        request.sort = .title
        snapshot.budget.begin()
        #expect(try snapshot.findProducts(request, ColumnReader()).numbers.count == 100)
        let cost = snapshot.budget.spent_ns
        #expect(cost > 30 * 15 * ReadCost.seek_ns)
        snapshot.budget.limit_ns = cost - 1
        snapshot.budget.begin()
        _ = try snapshot.findProducts(request, ColumnReader())
        #expect(snapshot.budget.isOver)
    }

    /// Cursors of before, whose keys were cut at 200 bytes, are refused where they may stand for several titles.
    @Test func aCursorWithAKeyThatMayBeCutIsRefused() {
        let tail = [UInt8](repeating: 9, count: 12)
        #expect(ProductPlace([UInt8](repeating: 7, count: 199) + [0] + tail, .title) != nil)
        #expect(ProductPlace([UInt8](repeating: 7, count: 200) + [0] + tail, .title) == nil)
        // A text whose key is short has the other form, and a title is never that long.
        #expect(ProductPlace([0] + Array("lamp".utf8) + tail, .title) == nil)
        #expect(ProductPlace([0] + Array(String(repeating: "漢", count: 100).utf8) + tail, .title) != nil)
        #expect(ProductPlace([0] + Array(String(repeating: "漢", count: 300).utf8) + tail, .title) == nil)
    }

    // MARK: Parts

    private func ordered(_ products: [SmallMarket.Product]) -> [UInt64] {
        let ranks = LongTitles.ranks(Set(products.map(\.title)))
        return products.sorted { left, right in
            if ranks[left.title] != ranks[right.title] { return ranks[left.title]! < ranks[right.title]! }
            return (left.addedAt, left.number) > (right.addedAt, right.number)
        }.map(\.number)
    }

    private func pages(_ snapshot: borrowing ViewSnapshot, limit: Int) throws -> [UInt64] {
        var request = ProductListRequest(limit: limit)
        request.sort = .title
        var numbers: [UInt64] = []
        repeat {
            let found = try snapshot.findProducts(request, ColumnReader())
            numbers += found.numbers
            request.after = try found.next.map(roundTrip)
        } while request.after != nil
        return numbers
    }

    /// The place as a cursor gives it back.
    private func roundTrip(_ place: ProductPlace) throws -> ProductPlace {
        var bytes = ByteWriter()
        place.append(.title, to: &bytes)
        return try #require(ProductPlace(bytes.copyBytes(), .title))
    }
}
