import Testing

@testable import EventLog

/// What was acknowledged and is no longer as it was is refused, and named.
@Suite struct DamageTests {
    private static func makeLog(_ batches: [[Int]], bytes: Int) throws -> (TemporaryDirectory, [Entry]) {
        let directory = TemporaryDirectory(inMemory: true)
        let log = try EventLog.open(directory.path, options: .small)
        defer { log.close() }
        let writer = try log.makeWriter()
        var written: [Entry] = []
        for batch in batches { written += try writer.write(batch, bytes: bytes) }
        return (directory, written)
    }

    private static func segments(_ directory: TemporaryDirectory) -> [String] {
        entries(directory.path + "/log").map { directory.path + "/log/" + $0 }
    }

    /// The error that opening throws.
    private static func refusal(_ directory: TemporaryDirectory) -> EventLogError? {
        do throws(EventLogError) {
            try EventLog.open(directory.path, options: .small).close()
            return nil
        } catch { return error }
    }

    @Test func byteFlippedEarlierIsRefusedNamingTheRecord() throws {
        let (directory, written) = try DamageTests.makeLog([[1, 0], [2], [3, 1]], bytes: 60)
        let path = DamageTests.segments(directory)[0]
        let bytes = readFile(path)
        var start = firstRecord
        // All but the records of the last batch.
        for entry in written.dropLast(2) {
            let size = RecordHeader.size + entry.body.count
            for offset in start..<start + size {
                for flip: UInt8 in [0x01, 0x80, 0xFF] {
                    var image = bytes
                    image[offset] ^= flip
                    writeFile(path, image)
                    guard case .damaged(path, start, entry.position, _) = DamageTests.refusal(directory) else {
                        Issue.record("byte \(offset): \(DamageTests.refusal(directory).map { "\($0)" } ?? "accepted")")
                        return
                    }
                    #expect(readFile(path) == image, "a refusal changes nothing")
                }
            }
            start += size
        }
        writeFile(path, bytes)
        #expect(DamageTests.refusal(directory) == nil)
    }

    @Test func earlierRecordTurnedToZerosIsRefused() throws {
        let (directory, written) = try DamageTests.makeLog([[1], [2], [1]], bytes: 60)
        let path = DamageTests.segments(directory)[0]
        var image = readFile(path)
        let size = RecordHeader.size + written[0].body.count
        for offset in firstRecord..<firstRecord + size { image[offset] = 0 }
        writeFile(path, image)
        guard case .damaged(path, firstRecord, 1, _) = DamageTests.refusal(directory) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func flippedByteOfASegmentHeaderIsRefused() throws {
        let (directory, _) = try DamageTests.makeLog([[1], [1]], bytes: 60)
        let path = DamageTests.segments(directory)[0]
        let bytes = readFile(path)
        for offset in 0..<SegmentHeader.size {
            var image = bytes
            image[offset] ^= 0x10
            writeFile(path, image)
            guard case .damaged(path, 0, 1, _) = DamageTests.refusal(directory) else {
                Issue.record("byte \(offset) accepted")
                return
            }
        }
    }

    @Test func otherVersionIsUnsupported() throws {
        let (directory, _) = try DamageTests.makeLog([[1]], bytes: 60)
        let path = DamageTests.segments(directory)[0]
        var image = readFile(path)
        image[8] = 2
        var checksum = CRC32C()
        image.withUnsafeBytes {
            checksum.update($0.baseAddress!, count: 12)
            checksum.update($0.baseAddress! + 16, count: 48)
        }
        for byte in 0..<4 { image[12 + byte] = UInt8(truncatingIfNeeded: checksum.value >> (8 * UInt32(byte))) }
        writeFile(path, image)
        #expect(DamageTests.refusal(directory) == .unsupported(segment: path, version: 2))
    }

    /// A later segment proves that all of an earlier one was synced, the end of it too.
    @Test func sealedSegmentHasNoTornTail() throws {
        let batch = [Int](repeating: 1, count: 35)
        let (directory, written) = try DamageTests.makeLog([batch, batch, batch], bytes: 1_500)
        let paths = DamageTests.segments(directory)
        #expect(paths.count == 3)
        let bytes = readFile(paths[1])
        let lastSize = RecordHeader.size + written[69].body.count
        let next = try #require(UInt64(paths[2].dropLast(4).suffix(20)))
        for image in [
            Array(bytes.dropLast()), Array(bytes.dropLast(lastSize)), bytes.dropLast() + [bytes.last! ^ 1], bytes + [0],
            Array(bytes.dropLast(lastSize)) + [UInt8](repeating: 0, count: lastSize),
        ] {
            writeFile(paths[1], image)
            guard case .damaged(paths[1], let offset, let position, _) = DamageTests.refusal(directory) else {
                Issue.record("accepted")
                return
            }
            let isLonger = image.count > bytes.count
            #expect(offset == (isLonger ? bytes.count : bytes.count - lastSize))
            #expect(position == (isLonger ? next : next - 1))
        }
    }

    @Test(arguments: [0, 1]) func missingSegmentIsRefused(index: Int) throws {
        let batch = [Int](repeating: 1, count: 35)
        let (directory, _) = try DamageTests.makeLog([batch, batch, batch], bytes: 1_500)
        let paths = DamageTests.segments(directory)
        unlinkFile(paths[index])
        let missing = try #require(UInt64(paths[index].dropLast(4).suffix(20)))
        guard case .damaged(_, _, missing, _) = DamageTests.refusal(directory) else {
            Issue.record("accepted")
            return
        }
    }

    /// Checked in pairs: what was right at the start and is not when it is read is refused by the reader.
    @Test func readerRefusesWhatWentBadSinceTheStart() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let written = try log.makeWriter().write([1, 1, 1])
        let path = log.segmentPaths[0]
        var image = readFile(path)
        let second = firstRecord + RecordHeader.size + written[0].body.count
        image[second + RecordHeader.size + 3] ^= 4
        writeFile(path, image)
        let reader = try log.makeReader(after: 0)
        #expect(try reader.next())
        do throws(EventLogError) {
            _ = try reader.next()
            Issue.record("accepted")
        } catch {
            guard case .damaged(path, second, 2, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func messagesSayWhatWhereAndWhatToDo() {
        let damaged = EventLogError.damaged(segment: "d/log/1.log", offset: 64, position: 7, reason: "why")
        #expect(
            "\(damaged)" == "d/log/1.log is damaged at offset 64, position 7: why; nothing was changed: "
                + "restore the file from a backup, or start vitrine with --accept-loss to go on with what is whole")
        #expect("\(EventLogError.locked(directory: "d", pid: 12))".contains("process 12"))
    }
}
