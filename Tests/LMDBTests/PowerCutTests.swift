import Foundation
import Testing

@testable import LMDB

/// Power cuts at any time over commits that do not wait for the disk. What is on the disk then is, page by page, either what
/// was last synced or anything written since: each image is such a mix, and must open as the last sync point whole.
@Suite struct PowerCutTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func aMixOfPagesOpensAsTheLastSyncPoint(seed: UInt64) throws {
        let disk = try Disk(seed: seed)
        try disk.store(disk.mark())
        for _ in 0..<12 {
            try disk.commit(times: 0...8)
            try disk.expectWholeAfterPowerCuts(6)
            let mark = try disk.mark()
            // Commits go on while a point is stored.
            try disk.commit(times: 0...8)
            try disk.expectWholeAfterPowerCuts(3)
            try disk.synchronizeData()
            try disk.expectWholeAfterPowerCuts(3)
            // Also between the two syncs of it, when the point before it is still the one that is put back.
            try disk.store(mark) {
                try disk.commit(times: 0...8)
                try disk.expectWholeAfterPowerCuts(3)
            }
            try disk.expectWholeAfterPowerCuts(3)
        }
        #expect(disk.replacedPages > 100, "hardly a page of a sync point was at stake")
    }

    /// Everywhere that a write of 512-byte sectors can end.
    @Test func aTornSlotLeavesTheOneBefore() throws {
        let directory = TemporaryDirectory()
        let heads = (1...3).map { [UInt8](repeating: $0, count: 8_192) }
        var file = try SyncPointFile.open(in: directory.path)
        try file.write(boot: [7], head: heads[0])
        try file.write(boot: [8], head: heads[1])
        let before = try directory.read("sync-point")
        try file.write(boot: [9], head: heads[2])
        let after = try directory.read("sync-point")
        let sectors = stride(from: 0, to: after.count, by: 512).filter { before[$0..<$0 + 512] != after[$0..<$0 + 512] }
        #expect(sectors.count == 17, "the fields and two pages")
        for written in 0..<sectors.count {
            for isReversed in [false, true] {
                var torn = before
                for sector in isReversed ? sectors.suffix(written) : sectors.prefix(written) {
                    torn.replaceSubrange(sector..<sector + 512, with: after[sector..<sector + 512])
                }
                try directory.write(torn, "sync-point")
                let slot = try #require(try SyncPointFile.read(in: directory.path))
                #expect(slot.sequence == 2 && slot.boot == [8] && slot.head == heads[1])
            }
        }
        try directory.write(after, "sync-point")
        #expect(try SyncPointFile.read(in: directory.path)?.head == heads[2])
    }

    @Test func aKilledProcessLosesNothing() throws {
        let disk = try Disk(seed: 8)
        try disk.store(disk.mark())
        try disk.commit(times: 20...20)
        let copy = try disk.image(pages: .now, isOfThisBoot: true)
        #expect(try SyncPoints.standing(of: copy.path) == .current)
        #expect(try Disk.rows(Disk.open(copy.path)) == disk.rows)
    }

    @Test func aCleanEndNeedsNoPuttingBack() throws {
        let disk = try Disk(seed: 9)
        try disk.commit(times: 5...5)
        #expect(try SyncPoints.standing(of: disk.directory.path) == .missing)
        try disk.store(disk.mark())
        let copy = try disk.image(pages: .now, isOfThisBoot: false)
        #expect(try SyncPoints.standing(of: copy.path) == .current)
        try disk.commit(times: 1...1)
        let later = try disk.image(pages: .now, isOfThisBoot: false)
        #expect(try SyncPoints.standing(of: later.path) == .behind)
    }
}

/// An environment, its rows as they should be, and what of it is surely on the disk.
private final class Disk {
    typealias Rows = [[UInt8]: Data]

    enum Pages { case now, mixed }

    let directory = TemporaryDirectory()
    let environment: Environment
    private let syncPoints: SyncPoints
    private var random: SeededGenerator
    private(set) var rows: Rows = [:]
    /// The rows of the newest stored point.
    private var point: Rows = [:]
    private var marked: Rows = [:]
    private var synced = Data()
    private(set) var replacedPages = 0

    static func open(_ path: String) throws -> Environment {
        var options = Environment.Options()
        options.mapBytes = 1 << 30
        options.syncsCommits = false
        return try Environment(path: path, options: options)
    }

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        environment = try Disk.open(directory.path)
        syncPoints = try SyncPoints(environment)
        try commit(times: 1...1)
    }

    private func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    func commit(times: ClosedRange<Int>) throws {
        for _ in 0..<int(times) {
            var transaction = try environment.beginWrite()
            let table = try transaction.table("rows")
            for _ in 0..<int(1...30) {
                let key = Array("row \(int(0...300))".utf8)
                if int(1...4) == 1 {
                    try transaction.delete(table, key.span.bytes)
                    rows[key] = nil
                } else {
                    let value = Data(
                        repeating: UInt8(int(0...255)), count: int(1...10) == 1 ? int(4_000...20_000) : int(0...600))
                    try transaction.put(table, key.span.bytes, value.bytes)
                    rows[key] = value
                }
            }
            try transaction.commit()
        }
    }

    func mark() throws -> SyncPoints.Mark {
        marked = rows
        return try syncPoints.mark()
    }

    /// The first half of `store`.
    func synchronizeData() throws {
        try environment.sync()
        synced = try directory.read("data.mdb")
    }

    /// `beforeSlot` runs when the data is synced and its new point is not written yet.
    func store(_ mark: SyncPoints.Mark, beforeSlot: () throws -> Void = {}) throws {
        var failure: (any Error)?
        try syncPoints.store(mark) {
            do {
                synced = try directory.read("data.mdb")
                try beforeSlot()
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        point = marked
    }

    func expectWholeAfterPowerCuts(_ count: Int) throws {
        for _ in 0..<count {
            let image = try image(pages: .mixed, isOfThisBoot: false)
            let environment = try Disk.open(image.path)
            let found = try Disk.rows(environment)
            #expect(found == point, "\(found.count) rows, not the \(point.count) of the sync point")
            // It goes on from there.
            var transaction = try environment.beginWrite()
            try transaction.put(transaction.table("rows"), [0].span.bytes, [1].span.bytes)
            try transaction.commit()
            #expect(try Disk.rows(environment).count == point.count + 1)
        }
    }

    static func rows(_ environment: Environment) throws -> Rows {
        var rows: Rows = [:]
        let transaction = try environment.beginRead()
        guard let table = try transaction.table("rows") else { return [:] }
        var cursor = try transaction.cursor(table)
        var isThere = try cursor.first()
        while isThere {
            rows[cursor.key.withUnsafeBytes { Array($0) }] = cursor.value.withUnsafeBytes { Data($0) }
            isThere = try cursor.next()
        }
        return rows
    }

    // MARK: Images

    /// The environment's files as the disk may hold them.
    func image(pages: Pages, isOfThisBoot: Bool) throws -> TemporaryDirectory {
        let image = TemporaryDirectory()
        var data = try directory.read("data.mdb")
        if pages == .mixed {
            let pageBytes = 4_096
            // All old, all new, or something between.
            let newOf8 = [0, 1, 4, 7, 8][int(0...4)]
            for start in stride(from: 0, to: min(data.count, synced.count), by: pageBytes) {
                let page = start..<min(start + pageBytes, data.count, synced.count)
                guard data[page] != synced[page] else { continue }
                if int(1...8) > newOf8 { data[page] = synced[page] } else if start > pageBytes { replacedPages += 1 }
            }
            if data.count > synced.count, int(1...8) > newOf8 {
                data.removeLast(int(0...(data.count - synced.count) / pageBytes) * pageBytes)
            }
        }
        try image.write(data, "data.mdb")
        try image.write(directory.read("sync-point"), "sync-point")
        guard !isOfThisBoot else { return image }
        // As an earlier start of the machine would have written it.
        let newest = try #require(try SyncPointFile.read(in: image.path))
        var file = try SyncPointFile.open(in: image.path)
        try file.write(boot: Array("00000000-0000-0000-0000-000000000000".utf8), head: newest.head)
        return image
    }
}
