import Glibc
import Testing

@testable import EventLog

/// A disk that is full or fails. The limit on a process's file size makes real system calls fail, so these tests run in
/// processes of their own.
@Suite struct DiskTests {
    private static func limitFileSize(_ bytes: Int) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        limit.rlim_cur = bytes < 0 ? limit.rlim_max : rlim_t(bytes)
        precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    }

    @Test func reserveRefusesABatchAndChangesNothing() throws {
        let directory = TemporaryDirectory()
        let options = EventLogOptions(diskReserveBytes: .max)
        let log = try EventLog.open(directory.path, options: options)
        let writer = try log.makeWriter()
        let before = readFile(log.segmentPaths[0])
        do throws(EventLogError) {
            try writer.beginBatch()
            Issue.record("accepted")
        } catch {
            guard case .diskReserve(let free, .max) = error else { throw error }
            #expect(free > 0)
        }
        #expect(readFile(log.segmentPaths[0]) == before)
        #expect(log.durablePosition == 0)
    }

    @Test func fullDiskIsMetBeforeTheRecordIsTaken() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let log = try EventLog.open(directory.path, options: .small)
            let writer = try log.makeWriter()
            DiskTests.limitFileSize(10_000)
            try writer.beginBatch()
            // 4 KiB steps, where 16 KiB have no room.
            let first = Entry(position: 1, events: 1, bytes: 3_000)
            let second = Entry(position: 2, events: 1, bytes: 30_000)
            try require(try writer.append(first) == .appended(position: 1))
            do throws(EventLogError) {
                _ = try writer.append(second)
                fatalError("accepted")
            } catch {
                guard case .diskReserve = error else { throw error }
            }
            try writer.commit()
            try require(try log.all() == [first])
            try require(readFile(log.segmentPaths[0]).count <= 10_000)
            DiskTests.limitFileSize(-1)
            try writer.beginBatch()
            try require(try writer.append(second) == .appended(position: 2))
            try writer.commit()
            try require(try log.all() == [first, second])
        }
    }

    @Test func failedWriteIsFinal() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            var acknowledged: [Entry] = []
            do {
                let log = try EventLog.open(directory.path, options: .small)
                let writer = try log.makeWriter()
                acknowledged += try writer.write([1, 1])
                try writer.beginBatch()
                for position: UInt64 in 3...5 {
                    try require(try writer.append(Entry(position: position, events: 1, bytes: 900)) != .batchFull)
                }
                // The room is there, but the write stops in the second record.
                DiskTests.limitFileSize(1_500)
                for attempt in 0..<3 {
                    do throws(EventLogError) {
                        try attempt == 1 ? writer.beginBatch() : writer.commit()
                        fatalError("accepted")
                    } catch {
                        guard case .writerFailed = error else { throw error }
                    }
                    DiskTests.limitFileSize(-1)
                }
                try require(log.durablePosition == 2)
                try require(try log.all() == acknowledged)
                log.close()
            }
            let log = try EventLog.open(directory.path, options: .small)
            try require(Array(try log.all().prefix(2)) == acknowledged)
            try require(log.recovery.cutBytes > 0)
        }
    }

    @Test func noRoomForANewSegmentLeavesTheLogAsItWas() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let log = try EventLog.open(directory.path, options: .small)
            let writer = try log.makeWriter()
            let written = try writer.write([Int](repeating: 1, count: 40), bytes: 1_500)
            let paths = log.segmentPaths
            DiskTests.limitFileSize(0)
            try writer.beginBatch()
            let large = Entry(position: 41, events: 1, bytes: 10_000)
            do throws(EventLogError) {
                _ = try writer.append(large)
                fatalError("accepted")
            } catch {
                guard case .diskReserve = error else { throw error }
            }
            DiskTests.limitFileSize(-1)
            try require(try writer.append(large) == .appended(position: 41))
            try writer.commit()
            try require(try log.all() == written + [large])
            try require(log.segmentPaths.count == paths.count + 1)
        }
    }
}

/// In a process of its own an expectation is not reported; an error ends it as a failure.
private func require(_ condition: Bool, line: Int = #line) throws {
    if !condition { fatalError("line \(line)") }
}
