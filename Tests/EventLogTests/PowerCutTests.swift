import Testing

@testable import EventLog

/// A power cut keeps any part of what was not synced. These tests make such images of a log and start from them.
@Suite struct PowerCutTests {
    private static let pageSize = 4_096

    /// A log whose last batch may be lost: its directory, its last file before and after that batch, and what it holds.
    private struct Scene {
        let directory = TemporaryDirectory(inMemory: true)
        var path = ""
        var before: [UInt8] = []
        var after: [UInt8] = []
        var acknowledged: [Entry] = []
        var all: [Entry] = []

        /// `lastBytes` is the size of each event in the last batch.
        init(_ earlier: [[Int]], bytes: Int, last: [Int], lastBytes: Int) throws {
            let log = try EventLog.open(directory.path, options: .small)
            let writer = try log.makeWriter()
            for batch in earlier { acknowledged += try writer.write(batch, bytes: bytes) }
            let paths = log.segmentPaths
            before = readFile(paths.last!)
            all = acknowledged
            all += try writer.write(last, bytes: lastBytes)
            path = log.segmentPaths.last!
            // A new segment was on the disk with its header alone.
            if path != paths.last { before = Array(readFile(path)[..<SegmentHeader.size]) }
            after = readFile(path)
            log.close()
        }

        /// Starts from `image`, checks that nothing acknowledged is lost, and that what is written then stays alone.
        func check(_ image: [UInt8], _ comment: @autoclosure () -> String) throws {
            writeFile(path, image)
            var expected: [Entry]
            do {
                let log = try EventLog.open(directory.path, options: .small)
                defer { log.close() }
                expected = try log.all()
                guard expected.count >= acknowledged.count, expected == Array(all[..<expected.count]) else {
                    Issue.record("\(comment()): \(expected.count) records of \(all.count)")
                    return
                }
                #expect(log.durablePosition == expected.last.map { $0.position + UInt64($0.eventCount) - 1 } ?? 0)
                // As long as the first lost one, so that lost ones would follow it closely.
                let lost = expected.count < all.count ? all[expected.count] : all[expected.count - 1]
                expected += try log.makeWriter().write([lost.eventCount], bytes: 900)
            }
            let log = try EventLog.open(directory.path, options: .small)
            defer { log.close() }
            let found = try log.all()
            if found != expected { Issue.record("\(comment()): then \(found.count) records, not \(expected.count)") }
            #expect(log.recovery.cutBytes == 0)
        }

        /// The pages that the last batch changed.
        var changedPages: [Int] {
            (0..<(after.count + pageSize - 1) / pageSize).filter { page in
                let range = page * pageSize..<min((page + 1) * pageSize, after.count)
                return range.contains { after[$0] != old($0) }
            }
        }

        func old(_ offset: Int) -> UInt8 { offset < before.count ? before[offset] : 0 }

        func withoutPages(_ pages: [Int]) -> [UInt8] {
            var image = after
            for page in pages {
                for offset in page * pageSize..<min((page + 1) * pageSize, image.count) { image[offset] = old(offset) }
            }
            return image
        }
    }

    @Test(arguments: [
        // Records smaller than a page, behind an earlier batch that ends within the first one.
        ([[1, 1], [2, 0, 1]], 300, [Int](repeating: 1, count: 29), 900),
        // Records larger than a page.
        ([[1], [1]], 3_000, [1, 0, 2, 1], 5_500),
        // The first batch of a log, and with it of its first segment.
        ([], 0, [Int](repeating: 1, count: 29), 900),
        // The first batch of a later segment.
        ([[Int](repeating: 1, count: 38)], 1_500, [Int](repeating: 1, count: 29), 900),
    ])
    func everySubsetOfTheLastBatchesPagesStarts(earlier: [[Int]], bytes: Int, last: [Int], lastBytes: Int) throws {
        let scene = try Scene(earlier, bytes: bytes, last: last, lastBytes: lastBytes)
        let pages = scene.changedPages
        #expect((6...8).contains(pages.count))
        for subset in 0..<1 << pages.count {
            let lost = pages.indices.filter { subset >> $0 & 1 == 1 }.map { pages[$0] }
            try scene.check(scene.withoutPages(lost), "without pages \(lost)")
        }
    }

    @Test func tailCutAtEveryByteStarts() throws {
        let scene = try Scene([[1, 2], [1]], bytes: 100, last: [1, 0, 2, 1, 1], lastBytes: 150)
        let start = scene.before.lastIndex { $0 != 0 }! + 1
        let end = scene.after.lastIndex { $0 != 0 }! + 1
        #expect(end - start > 800)
        for length in start...end {
            let kept = scene.after[..<length]
            try scene.check(Array(kept), "cut at \(length)")
            try scene.check(kept + [UInt8](repeating: 0, count: scene.after.count - length), "zeros from \(length)")
        }
    }

    @Test func garbageInTheLastBatchStarts() throws {
        let scene = try Scene([[1, 2], [1]], bytes: 100, last: [1, 0, 2, 1, 1], lastBytes: 150)
        let start = scene.before.lastIndex { $0 != 0 }! + 1
        let end = scene.after.lastIndex { $0 != 0 }! + 1
        for offset in start..<end {
            var image = scene.after
            image[offset] ^= 0x5A
            try scene.check(image, "byte \(offset) flipped")
        }
    }

    @Test func tornTailIsTruncatedAndReported() throws {
        let scene = try Scene([[1]], bytes: 100, last: [1, 1, 1], lastBytes: 100)
        let start = scene.before.lastIndex { $0 != 0 }! + 1
        let end = scene.after.lastIndex { $0 != 0 }! + 1
        var image = scene.after
        image[start] = 0xFF
        writeFile(scene.path, image)
        let log = try EventLog.open(scene.directory.path, options: .small)
        #expect(log.recovery.cutBytes == end - start)
        #expect(log.recovery.cutOffset == start)
        #expect(log.recovery.cutSegment == scene.path)
        #expect(log.recovery.lastPosition == 1)
        #expect(readFile(scene.path) == Array(scene.before[..<start]))
        log.close()
    }

    /// The first record of a batch is lost and the others are whole: written over with one of the same length, they must
    /// not follow it, neither now nor after the next start.
    @Test func recordsOfALostTailNeverReappear() throws {
        let scene = try Scene([[1]], bytes: 900, last: [1, 1, 1], lastBytes: 900)
        let start = scene.before.lastIndex { $0 != 0 }! + 1
        var image = scene.after
        for offset in start..<start + RecordHeader.size { image[offset] = 0 }
        try scene.check(image, "first record of the batch lost")
    }

    @Test func crashWhileTheFirstSegmentIsMadeStarts() throws {
        let directory = TemporaryDirectory()
        try EventLog.open(directory.path, options: .small).close()
        let first = directory.path + "/log/00000000000000000001.log"
        let header = readFile(first)
        for length in 0...header.count {
            for name in entries(directory.path + "/log") { unlinkFile(directory.path + "/log/" + name) }
            writeFile(first + ".new", Array(header[..<length]))
            let log = try EventLog.open(directory.path, options: .small)
            #expect(log.wasCreated)
            #expect(entries(directory.path + "/log") == ["00000000000000000001.log"])
            log.close()
        }
    }

    @Test func crashBetweenSealingAndTheNextSegmentStarts() throws {
        let directory = TemporaryDirectory()
        var written: [Entry] = []
        do {
            let log = try EventLog.open(directory.path, options: .small)
            written += try log.makeWriter().write([Int](repeating: 1, count: 40), bytes: 1_500)
            log.close()
        }
        let path = directory.path + "/log/00000000000000000001.log"
        let bytes = readFile(path)
        writeFile(path, Array(bytes[...bytes.lastIndex { $0 != 0 }!]))
        writeFile(directory.path + "/log/00000000000000000041.log.new", [1, 2, 3])
        for _ in 0..<2 {
            let log = try EventLog.open(directory.path, options: .small)
            #expect(try log.all() == written)
            written += try log.makeWriter().write([Int](repeating: 1, count: 20), bytes: 1_500)
            #expect(try log.all() == written)
            log.close()
        }
    }
}
