import Foundation
import Testing

@testable import LMDB

/// Changes by one cursor, in transactions that are committed now and then on their way.
@Suite struct WriteTransactionTests {
    private typealias Rows = [[UInt8]: [UInt8]]

    private let directory = TemporaryDirectory()
    private let environment: Environment
    private static let tables = ["first", "second"]

    init() throws {
        var options = Environment.Options()
        options.mapBytes = 1 << 32
        options.syncsCommits = false
        environment = try Environment(path: directory.path, options: options)
    }

    @Test(arguments: [1, 2, 3]) func rowsAreWhatWasCommitted(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows: [Rows] = [[:], [:]]
        for round in 0..<4 {
            var changed = rows
            var transaction = try environment.beginWrite()
            let tables = try WriteTransactionTests.tables.map { try transaction.table($0) }
            for _ in 0..<9_000 {
                if Int.random(in: 0...2_000, using: &random) == 0 {
                    try transaction.commitAndContinue()
                    rows = changed
                }
                let table = Int.random(in: 0...1, using: &random)
                let key = Array("row \(Int.random(in: 0...3_000, using: &random))".utf8)
                var isThere: [UInt8]?
                if let value = try transaction.get(tables[table], key.span.bytes) { isThere = bytes(of: value) }
                #expect(isThere == changed[table][key])
                let length = Int.random(in: 0...9, using: &random) == 0 ? 5_000 : 200
                let value = [UInt8](repeating: .random(in: 0...255, using: &random), count: length)
                switch Int.random(in: 0...3, using: &random) {
                case 0:
                    var removed: [UInt8]?
                    #expect(
                        try transaction.delete(tables[table], key.span.bytes, removed: { removed = bytes(of: $0) })
                            == (isThere != nil))
                    #expect(removed == isThere)
                    changed[table][key] = nil
                case 1:
                    let isInserted = try transaction.insert(tables[table], key.span.bytes, value.span.bytes)
                    #expect(isInserted == (isThere == nil))
                    if isInserted { changed[table][key] = value }
                default:
                    var replaced: [UInt8]?
                    try transaction.put(
                        tables[table], key.span.bytes, value.span.bytes, replaced: { replaced = bytes(of: $0) })
                    #expect(replaced == isThere)
                    changed[table][key] = value
                }
            }
            // One in four is dropped, with all since it was last committed.
            if round == 2 {
                _ = consume transaction
            } else {
                try transaction.commit()
                rows = changed
            }
            for (name, expected) in zip(WriteTransactionTests.tables, rows) { #expect(try self.rows(name) == expected) }
        }
    }

    /// LMDB holds 131,071 changed pages of a transaction in memory and writes some out early when they are more. Two of these rows
    /// take one.
    @Test func morePagesThanFitIntoMemoryAreOneTransaction() throws {
        func put(_ count: UInt32, _ mark: UInt8) throws(LMDBError) -> WriteTransaction {
            let value = [UInt8](repeating: mark, count: 1_900)
            var transaction = try environment.beginWrite()
            let table = try transaction.table("rows")
            for number in 0..<count {
                // In no order, so that pages are changed again after they were written out.
                let key = withUnsafeBytes(of: (number &* 0x9E37_79B1).bigEndian) { Array($0) }
                try transaction.put(table, key.span.bytes, value.span.bytes)
            }
            return transaction
        }
        let count: UInt32 = 280_000
        try put(count, 1).commit()
        _ = try put(count, 2)  // Dropped.
        let transaction = try environment.beginRead()
        var cursor = try transaction.cursor(try #require(try transaction.table("rows")))
        var (found, last): (UInt32, [UInt8]) = (0, [])
        var isThere = try cursor.first()
        while isThere {
            let key = bytes(of: cursor.key)
            let isWhole = cursor.value.byteCount == 1_900 && cursor.value.unsafeLoad(as: UInt8.self) == 1
            guard isWhole, last.lexicographicallyPrecedes(key) else { break }
            (found, last) = (found + 1, key)
            isThere = try cursor.next()
        }
        #expect(found == count)
    }

    @Test func appendedRowsFillTheirPages() throws {
        func key(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        let value = [UInt8](repeating: 7, count: 1_000)
        var transaction = try environment.beginWrite()
        let (first, second) = (try transaction.table("first"), try transaction.table("second"))
        let before = environment.usedBytes
        for number in 0..<3_000 as Range<UInt32> {
            #expect(try transaction.append(first, key(number).span.bytes, value.span.bytes))
        }
        #expect(try !transaction.append(first, key(2_999).span.bytes, value.span.bytes))
        #expect(try !transaction.append(first, key(17).span.bytes, value.span.bytes))
        try transaction.commitAndContinue()
        // Four fill a page, less its header.
        let appended = environment.usedBytes - before
        #expect(appended < 1_100 * 4_096, "\(appended) bytes")
        for number in 0..<3_000 as Range<UInt32> {
            try transaction.put(second, key(number).span.bytes, value.span.bytes)
        }
        try transaction.commit()
        #expect(try rows("first") == rows("second"))
    }

    private func rows(_ name: String) throws -> Rows {
        var rows: Rows = [:]
        let transaction = try environment.beginRead()
        guard let table = try transaction.table(name) else { return [:] }
        var cursor = try transaction.cursor(table)
        var isThere = try cursor.first()
        while isThere {
            rows[bytes(of: cursor.key)] = bytes(of: cursor.value)
            isThere = try cursor.next()
        }
        return rows
    }
}

private func bytes(of span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }
