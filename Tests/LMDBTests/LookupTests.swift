import Foundation
import Testing

@testable import LMDB

/// Many look-ups at once, held against one after the other.
@Suite struct LookupTests {
    private let directory = TemporaryDirectory()
    private let environment: Environment

    init() throws {
        var options = Environment.Options()
        options.mapBytes = 1 << 32
        environment = try Environment(path: directory.path, options: options)
    }

    /// How many rows, from none over one page to a tree of several levels; numbers or bytes as keys.
    @Test(arguments: [0, 1, 5, 400, 60_000], [false, true])
    func rowsAreThoseThatAreLookedUpOneByOne(count: Int, isKeyedByNumber: Bool) throws {
        var random = SeededGenerator(seed: UInt64(count) + (isKeyedByNumber ? 1 : 0))
        let keys = (0..<count).map { _ in randomKey(isKeyedByNumber, &random) }
        var transaction = try environment.beginWrite()
        let table = try transaction.table("rows", keyedByNumber: isKeyedByNumber)
        for (index, key) in keys.enumerated() {
            // Some are longer than a page, some empty.
            let length = [0, 40, 300, 300, 1_500, 9_000][index % 400 == 0 ? 5 : index % 5]
            let value = [UInt8](repeating: .random(in: 0...255, using: &random), count: length)
            try transaction.put(table, key.span.bytes, value.span.bytes)
        }
        for key in keys where Int.random(in: 0...3, using: &random) == 0 {
            try transaction.delete(table, key.span.bytes)
        }
        try transaction.commit()

        let snapshot = try environment.beginRead()
        #expect(try snapshot.tree(of: table) != nil, "pages are not read as they should be")
        for _ in 0..<200 {
            let asked = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                keys.isEmpty || Bool.random(using: &random)
                    ? randomKey(isKeyedByNumber, &random) : keys.randomElement(using: &random)!
            }
            let expected = try asked.map { key in try byLMDB(key, in: table, snapshot) }
            #expect(try rows(of: asked, in: table, snapshot) == expected)
            #expect(try asked.map { key in try one(key, in: table, snapshot) } == expected)
        }
    }

    /// Later commits write other pages: a snapshot sees its own.
    @Test func rowsAreThoseOfTheSnapshot() throws {
        let keys = (UInt64(0)..<5_000).map { withUnsafeBytes(of: $0) { [UInt8]($0) } }
        func write(_ byte: UInt8) throws -> Table {
            var transaction = try environment.beginWrite()
            let table = try transaction.table("rows", keyedByNumber: true)
            for key in keys { try transaction.put(table, key.span.bytes, [byte].span.bytes) }
            try transaction.commit()
            return table
        }
        let table = try write(1)
        let before = try environment.beginRead()
        for byte: UInt8 in 2...9 { _ = try write(byte) }
        var after = try environment.beginRead()
        #expect(Set(try rows(of: keys, in: table, before)) == [[1]])
        #expect(Set(try rows(of: keys, in: table, after)) == [[9]])
        _ = try write(10)
        try after.renew()
        #expect(Set(try rows(of: keys, in: table, after)) == [[10]])
    }

    /// Whatever a damaged page says, nothing beyond the file is read.
    @Test(arguments: [2, 3, 4, 5]) func aPageNumberBeyondTheFileIsAnError(byte: Int) throws {
        let directory = TemporaryDirectory()
        var options = Environment.Options()
        options.mapBytes = 1 << 32
        let keys = (UInt64(0)..<20_000).map { withUnsafeBytes(of: $0) { [UInt8]($0) } }
        do {
            let environment = try Environment(path: directory.path, options: options)
            var transaction = try environment.beginWrite()
            let table = try transaction.table("rows", keyedByNumber: true)
            for key in keys { try transaction.put(table, key.span.bytes, key.span.bytes) }
            try transaction.commit()
        }
        var file = [UInt8](try directory.read("data.mdb"))
        for page in stride(from: 2 * 4_096, to: file.count, by: 4_096) where file[page + 10] == 1 {
            let count = (Int(file[page + 12]) + Int(file[page + 13]) << 8 - 16) / 2
            for index in 0..<count {
                let node = page + Int(file[page + 16 + 2 * index]) + Int(file[page + 17 + 2 * index]) << 8
                file[node + byte] = 0x3F
            }
        }
        try directory.write(Data(file), "data.mdb")
        let environment = try Environment(path: directory.path, options: options)
        let opening = try environment.beginRead()
        let table = try #require(try opening.table("rows"))
        try opening.commit()
        let snapshot = try environment.beginRead()
        #expect(throws: LMDBError.self) { _ = try one(keys[777], in: table, snapshot) }
        #expect(throws: LMDBError.self) { _ = try rows(of: keys, in: table, snapshot) }
    }

    private func randomKey(_ isNumber: Bool, _ random: inout SeededGenerator) -> [UInt8] {
        let number = UInt64.random(in: 0...90_000, using: &random)
        // Bytes share beginnings, so that a search has to look at all of them.
        return isNumber ? withUnsafeBytes(of: number) { [UInt8]($0) } : Array("key \(100_000 + number)".utf8)
    }

    private func rows(
        of keys: [[UInt8]], in table: Table, _ snapshot: borrowing ReadTransaction
    ) throws -> [[UInt8]?] {
        var rows: [[UInt8]?] = []
        let joined = keys.flatMap { $0 }
        try snapshot.forEachRow(of: joined.span.bytes, keyBytes: keys.first?.count ?? 8, in: table) {
            if let row = $0 { rows.append(row.withUnsafeBytes { [UInt8]($0) }) } else { rows.append(nil) }
        }
        return rows
    }

    private func one(_ key: [UInt8], in table: Table, _ snapshot: borrowing ReadTransaction) throws -> [UInt8]? {
        guard let row = try snapshot.get(table, key.span.bytes) else { return nil }
        return row.withUnsafeBytes { [UInt8]($0) }
    }

    private func byLMDB(_ key: [UInt8], in table: Table, _ snapshot: borrowing ReadTransaction) throws -> [UInt8]? {
        let row = try environment.lookUp(snapshot.handle, table, key.span.bytes)
        return row.map { [UInt8]($0) }
    }
}
