import Glibc
import Testing

@testable import EventLog

@Suite struct EventLogTests {
    @Test func checksumIsCRC32C() {
        var checksum = CRC32C()
        for byte in "123456789".utf8 { withUnsafeBytes(of: byte) { checksum.update($0.baseAddress!, count: 1) } }
        #expect(checksum.value == 0xE306_9283)
    }

    @Test func emptyDirectoryBecomesALog() throws {
        let directory = TemporaryDirectory()
        let options = EventLogOptions(diskReserveBytes: 0, creationTag: Array("GBP".utf8))
        let identity: LogIdentity
        do {
            let log = try EventLog.open(directory.path + "/new/data", options: options)
            #expect(log.wasCreated)
            #expect(log.durablePosition == 0)
            #expect(log.recovery.records == 0)
            identity = log.identity
            log.close()
        }
        let log = try EventLog.open(directory.path + "/new/data", options: .plain)
        #expect(!log.wasCreated)
        #expect(log.identity == identity)
        #expect(log.creationTag == Array("GBP".utf8) + [UInt8](repeating: 0, count: 13))
        #expect(try log.all() == [])
    }

    @Test func writtenRecordsAreReadBackAlsoAfterReopening() throws {
        let directory = TemporaryDirectory()
        var written: [Entry] = []
        do {
            let log = try EventLog.open(directory.path, options: .plain)
            let writer = try log.makeWriter()
            written += try writer.write([1, 2, 0, 3])
            written += try writer.write([1])
            #expect(log.durablePosition == 7)
            #expect(try log.all() == written)
            log.close()
        }
        let log = try EventLog.open(directory.path, options: .plain)
        #expect(log.recovery.records == 1 + 5)
        #expect(log.recovery.lastPosition == 7)
        #expect(log.recovery.cutBytes == 0)
        #expect(try log.all() == written)
        written += try log.makeWriter().write([2])
        #expect(try log.all() == written)
    }

    @Test func framesSplitPublicFromPrivateBytes() {
        let entry = Entry(position: 5, events: 2, bytes: 60)
        let bytes = entry.body
        var frames = EventFrames(bytes.span.bytes)
        var seen: [String] = []
        while frames.advance() {
            let (visible, all) = (frames.publicBytes, frames.allBytes)
            seen.append(visible.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
            let whole = all.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            #expect(whole == seen.last! + ",\"key\":\"p\"}")
        }
        #expect(seen.count == 2)
        #expect(seen.first?.hasPrefix("{\"position\":5,") == true)
        #expect(seen.last?.hasPrefix("{\"position\":6,") == true)
    }

    @Test func secondOpenIsRefusedWithTheHolder() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        #expect(throws: EventLogError.locked(directory: directory.path, pid: getpid())) {
            try EventLog.open(directory.path, options: .plain)
        }
        log.close()
        #expect(try EventLog.open(directory.path, options: .plain).wasCreated == false)
    }

    @Test func renewedIdentityLasts() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let old = log.identity
        try log.makeWriter().write([1])
        log.close()
        let again = try EventLog.open(directory.path, options: .plain)
        let new = LogIdentity.random()
        try again.makeWriter().beginEpoch(new, recordedAt: 0)
        #expect(again.identity == new && new != old)
        #expect(again.epochs.epoch(of: 0) == old.high)
        again.close()
        #expect(try EventLog.open(directory.path, options: .plain).identity == new)
        #expect(try EventLog.openForReading(directory.path).identity == new)
    }

    @Test func identityIsARandomUUID() {
        let identity = LogIdentity(high: 0x0123_4567_89ab_4def, low: 0x8edc_ba98_7654_3210)
        #expect(identity.uuidString == "01234567-89ab-4def-8edc-ba9876543210")
        for _ in 0..<100 {
            let text = Array(LogIdentity.random().uuidString)
            #expect(text.count == 36 && text[14] == "4" && "89ab".contains(text[19]))
        }
    }

    @Test func fullSegmentIsFollowedByAnother() throws {
        let directory = TemporaryDirectory()
        var written: [Entry] = []
        do {
            let log = try EventLog.open(directory.path, options: .small)
            let writer = try log.makeWriter()
            for round in 0..<30 { written += try writer.write([1, 2, 0, 5], bytes: 100 + 300 * round) }
            // Larger than a segment: it gets one of its own.
            written += try writer.write([1], bytes: 200 << 10)
            written += try writer.write([0, 1])
            #expect(try log.all() == written)
            #expect(log.segmentPaths.count > 5)
            log.close()
        }
        let log = try EventLog.open(directory.path, options: .small)
        #expect(try log.all() == written)
        for (position, entry) in written.enumerated() where position % 7 == 0 && entry.eventCount > 0 {
            #expect(try log.makeReader(after: entry.position - 1).next())
        }
    }

    @Test func recordOverTheLimitIsRefusedAndChangesNothing() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let writer = try log.makeWriter()
        try writer.beginBatch()
        let small = Entry(position: 1, events: 1)
        #expect(try writer.append(small) == .appended(position: 1))
        let large = Entry(position: 2, events: 1, bytes: 17 << 20)
        #expect(throws: EventLogError.recordTooLarge(bytes: large.body.count, limitBytes: 16 << 20)) {
            try writer.append(large)
        }
        try writer.commit()
        #expect(try log.all() == [small])
        #expect(writer.nextPosition == 2)
    }
}
