import Foundation
import Testing

@testable import LMDB

/// Transactions of so many changes that they are made in parts.
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

    @Test(arguments: [1, 2, 3]) func partsAreOneTransaction(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows: [Rows] = [[:], [:]]
        for round in 0..<4 {
            var changed = rows
            var transaction = try environment.beginWrite()
            let tables = try WriteTransactionTests.tables.map { try transaction.table($0) }
            for _ in 0..<9_000 {
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
            // One in four is dropped, with all of its parts.
            if round == 2 {
                _ = consume transaction
            } else {
                try transaction.commit()
                rows = changed
            }
            for (name, expected) in zip(WriteTransactionTests.tables, rows) { #expect(try self.rows(name) == expected) }
        }
    }

    /// LMDB holds 131,071 changed pages of a transaction, and two of these rows take one.
    @Test func tooManyPagesAreSaidAndUndone() throws {
        func put(_ count: UInt32) throws(LMDBError) {
            let value = [UInt8](repeating: 7, count: 1_900)
            var transaction = try environment.beginWrite()
            let table = try transaction.table("rows")
            for number in 0..<count {
                // In no order, so that every part changes pages of those before it.
                let key = withUnsafeBytes(of: (number &* 0x9E37_79B1).bigEndian) { Array($0) }
                try transaction.put(table, key.span.bytes, value.span.bytes)
            }
            try transaction.commit()
        }
        let failure = #expect(throws: LMDBError.self) { try put(400_000) }
        #expect(failure?.isTransactionFull == true, "\(String(describing: failure))")
        #expect(try rows("rows").isEmpty)
        try put(10_000)
        #expect(try rows("rows").count == 10_000)
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
