import Testing

@testable import EventLog

/// A copy of `log/` that was made while its writer went on always opens, holds all that was durable when the copying began,
/// and nothing that was not written. The copier takes byte ranges at different times, files in any order.
@Suite struct CopiedLogTests {
    /// The files of a log at one moment, and how many of its records were durable then.
    private struct Moment {
        var files: [String: [UInt8]]
        var durable: Int
    }

    /// What a writer does to the files in some batches, seen before, in the midst of and after each write.
    private static func history(_ random: inout SeededGenerator) throws -> (moments: [Moment], written: [Entry]) {
        let directory = TemporaryDirectory(inMemory: true)
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        func files() -> [String: [UInt8]] {
            Dictionary(uniqueKeysWithValues: log.segmentPaths.map { (String($0.suffix(24)), readFile($0)) })
        }
        var (moments, written) = ([Moment(files: files(), durable: 0)], [Entry]())
        for _ in 0..<40 {
            let counts = (0..<Int.random(in: 1...12, using: &random)).map { _ in Int.random(in: 0...2, using: &random) }
            let isLarge = Int.random(in: 0..<4, using: &random) == 0
            let before = moments[moments.count - 1]
            written += try writer.write(counts, bytes: .random(in: 20...(isLarge ? 4_000 : 400), using: &random))
            let after = files()
            // Some of the write's pages are there, others are not.
            if let newest = after.keys.max(), let old = before.files[newest], let new = after[newest] {
                for _ in 0..<2 {
                    var part = new
                    for page in 0..<(part.count + 4_095) / 4_096 where Bool.random(using: &random) {
                        for offset in page * 4_096..<min((page + 1) * 4_096, part.count) {
                            part[offset] = offset < old.count ? old[offset] : 0
                        }
                    }
                    moments.append(Moment(files: before.files.merging([newest: part]) { $1 }, durable: before.durable))
                }
            }
            moments.append(Moment(files: after, durable: written.count))
        }
        log.close()
        return (moments, written)
    }

    @Test(arguments: 0..<20) func aCopyMadeWhileItsWriterWentOnOpens(round: Int) throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = SeededGenerator(seed: seed)
        let (moments, written) = try CopiedLogTests.history(&random)
        for copy in 0..<25 {
            let start = Int.random(in: 0..<moments.count, using: &random)
            let target = TemporaryDirectory(inMemory: true)
            try EventLog.open(target.path + "/other", options: .small).close()
            let log = target.path + "/log"
            makeDirectory(log)
            for name in moments[start].files.keys.shuffled(using: &random) {
                writeFile(log + "/" + name, copied(name, moments[start...], &random))
            }
            let comment: Comment = "seed \(seed), round \(round), copy \(copy)"
            do {
                let opened = try EventLog.open(target.path, options: .small)
                defer { opened.close() }
                let found = try opened.all()
                try #require(found == Array(written.prefix(found.count)), comment)
                try #require(found.count >= moments[start].durable, comment)
                // It goes on from there, also after the next start, which finds nothing to mend.
                let more = try opened.makeWriter().write([1, 2])
                opened.close()
                let again = try EventLog.open(target.path, options: .small)
                defer { again.close() }
                try #require(try again.all() == found + more, comment)
                try #require(again.recovery.setAside.isEmpty && again.recovery.cutBytes == 0, comment)
            } catch let error as EventLogError {
                Issue.record("\(error), \(comment)")
                return
            }
        }
    }

    /// The ranges of a file one after the other or all anyhow, each from some moment.
    private func copied(
        _ name: String, _ moments: ArraySlice<Moment>, _ random: inout SeededGenerator
    ) -> [UInt8] {
        var (bytes, moment) = ([UInt8](), moments.startIndex)
        let isInOrder = Bool.random(using: &random)
        // A disk is read in sectors, so a range ends with one.
        let rangeMax = [2, 10, 80].randomElement(using: &random)!
        while true {
            let last = isInOrder ? min(moment + 8, moments.endIndex - 1) : moments.endIndex - 1
            let first = isInOrder ? moment : moments.startIndex
            moment = Int.random(in: first...last, using: &random)
            let file = moments[moment].files[name]!
            let end = min(file.count, bytes.count + 512 * Int.random(in: 1...rangeMax, using: &random))
            guard end > bytes.count else { return bytes }
            bytes += file[bytes.count..<end]
        }
    }

    /// The same bytes in the directory whose program wrote them are damage: nobody can have overtaken anybody there.
    @Test func zerosInTheLogsOwnFileAreDamage() throws {
        let directory = TemporaryDirectory()
        do {
            let log = try EventLog.open(directory.path, options: .small)
            try log.makeWriter().write([1, 1], bytes: 9_000)
            log.close()
            let more = try EventLog.open(directory.path, options: .small)
            try more.makeWriter().write([1], bytes: 300)
            more.close()
        }
        let path = directory.path + "/log/00000000000000000001.log"
        var image = readFile(path)
        for offset in 4_096..<8_192 { image[offset] = 0 }
        writeFile(path, image)
        #expect(throws: EventLogError.self) { try EventLog.open(directory.path, options: .small) }
        let copy = TemporaryDirectory()
        makeDirectory(copy.path + "/log")
        writeFile(copy.path + "/log/00000000000000000001.log", image)
        let log = try EventLog.open(copy.path, options: .small)
        #expect(log.durablePosition == 0)
        #expect(log.recovery.setAside.map { readFile($0) } == [image])
    }

    /// A bit that is wrong is damage in a copy, too, also where it makes a zero of a byte.
    @Test func aFlippedBitInACopyIsDamage() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        // The lowest byte of its length is a zero as it is. (A length of 256 differs from none by one bit.)
        var entry = Entry(position: 1, events: 1, bytes: 700)
        entry = Entry(position: 1, events: 1, bytes: 700 + 768 - entry.body.count)
        try #require(entry.body.count == 768)
        try writer.beginBatch()
        _ = try writer.append(entry)
        try writer.commit()
        for _ in 0..<3 { try writer.write([1], bytes: 300) }
        let image = readFile(log.segmentPaths[0])
        log.close()
        let copy = TemporaryDirectory(inMemory: true)
        makeDirectory(copy.path + "/log")
        for offset in firstRecord..<firstRecord + RecordHeader.size + entry.body.count {
            for bit in 0..<8 {
                var changed = image
                changed[offset] ^= 1 << UInt8(bit)
                writeFile(copy.path + "/log/00000000000000000001.log", changed)
                do throws(EventLogError) {
                    let found = try EventLog.open(copy.path, options: .small)
                    Issue.record("byte \(offset), bit \(bit): it ends at \(found.durablePosition)")
                    return
                } catch {
                    guard case .damaged = error else { throw error }
                }
            }
        }
    }

    /// A gap of a few bytes at the beginning of a record, where the copier's sector ended.
    @Test(arguments: 1...8) func aGapOfAFewBytesIsAGap(count: Int) throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        let written = try writer.write([1], bytes: 300)
        for _ in 0..<3 { try writer.write([1], bytes: 700) }
        var image = readFile(log.segmentPaths[0])
        log.close()
        let second = firstRecord + RecordHeader.size + written[0].body.count
        for offset in second..<second + count { image[offset] = 0 }
        let copy = TemporaryDirectory()
        makeDirectory(copy.path + "/log")
        writeFile(copy.path + "/log/00000000000000000001.log", image)
        let found = try EventLog.open(copy.path, options: .small)
        #expect(try found.all() == written)
        found.close()
    }
}
