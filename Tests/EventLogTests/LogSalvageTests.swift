import POSIX
import Testing

@testable import EventLog

/// A loss is accepted as a whole or not at all, whenever the process ends, and no byte of what was damaged goes.
@Suite struct LogSalvageTests {
    /// A log of three segments, and its files.
    private func damaged(_ change: (inout [[UInt8]]) -> Void) throws -> (TemporaryDirectory, [String: [UInt8]]) {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        for _ in 0..<3 { try writer.write([Int](repeating: 1, count: 35), bytes: 1_500) }
        let paths = log.segmentPaths
        log.close()
        try #require(paths.count == 3)
        var files = paths.map { readFile($0) }
        change(&files)
        for (path, bytes) in zip(paths, files) { writeFile(path, bytes) }
        return (directory, self.files(directory))
    }

    private func files(_ directory: TemporaryDirectory) -> [String: [UInt8]] {
        let log = directory.path + "/log/"
        return Dictionary(uniqueKeysWithValues: entries(log).map { ($0, readFile(log + $0)) })
    }

    /// The salvage with the records that it found appended, as whoever accepts a loss does.
    private func salvaged(_ lock: DirectoryLock) throws -> (LogSalvage, kept: Int) {
        let salvage = try LogSalvage(lock, options: .small)
        let writer = try salvage.log.makeWriter()
        try writer.beginEpoch(.random(), recordedAt: 0)
        var kept = 0
        try writer.beginBatch()
        try salvage.forEachRecord { record in
            kept += 1
            if try writer.append(body: record.body, eventCount: record.eventCount, recordedAt: 0) == .batchFull {
                try writer.commit()
                try writer.beginBatch()
                _ = try writer.append(body: record.body, eventCount: record.eventCount, recordedAt: 0)
            }
        }
        try writer.commit()
        return (salvage, kept)
    }

    /// A byte in the first segment, in the header of the second, in the last record, and a segment that is gone.
    private static let changes: [@Sendable (inout [[UInt8]]) -> Void] = [
        { $0[0][5_000] ^= 1 }, { $0[1][3] ^= 1 }, { $0[2][$0[2].lastIndex { $0 != 0 }!] ^= 1 },
        { $0[1] = Array($0[1].dropLast(2_000)) },
    ]

    @Test(arguments: 0..<4) func nothingIsChangedBeforeTheEnd(change: Int) throws {
        let (directory, before) = try damaged(LogSalvageTests.changes[change])
        do {
            let lock = try DirectoryLock(directory.path)
            _ = try salvaged(lock)
            #expect(files(directory) == before)
        }
        // The process ended here: the next start finds the log as it was.
        let lock = try DirectoryLock(directory.path)
        try LogSalvage.finishEarlier(lock)
        #expect(files(directory) == before)
        #expect(!entries(directory.path).contains("accepting"))
    }

    @Test(arguments: 0..<4, [false, true]) func theDamagedFilesAreKept(change: Int, endsInBetween: Bool) throws {
        let (directory, before) = try damaged(LogSalvageTests.changes[change])
        let kept: Int
        do {
            let lock = try DirectoryLock(directory.path)
            let (salvage, count) = try salvaged(lock)
            kept = count
            if endsInBetween {
                // As far as the exchange of names.
                salvage.log.close()
                try Directory.exchange(directory.path + "/accepting/log", directory.path + "/log")
                #expect(files(directory)["accepted"] != nil)
            } else {
                #expect(try !salvage.finish().isEmpty)
            }
        }
        let lock = try DirectoryLock(directory.path)
        try LogSalvage.finishEarlier(lock)
        let after = files(directory)
        #expect(after["accepted"] == nil && !entries(directory.path).contains("accepting"))
        for (name, bytes) in before { #expect(after[name] == bytes || after[name + ".aside"] == bytes, "\(name)") }
        let log = try EventLog.open(lock, options: .small)
        #expect(log.durablePosition >= UInt64(kept))
        log.close()
    }

    @Test func aSecondAcceptanceKeepsTheFilesOfTheFirst() throws {
        let (directory, _) = try damaged(LogSalvageTests.changes[0])
        do {
            let lock = try DirectoryLock(directory.path)
            _ = try salvaged(lock).0.finish()
        }
        let first = files(directory)
        let newest = try #require(first.keys.filter { $0.hasSuffix(".log") }.max())
        var bytes = try #require(first[newest])
        bytes[SegmentHeader.size + 50] ^= 1
        writeFile(directory.path + "/log/" + newest, bytes)
        let lock = try DirectoryLock(directory.path)
        _ = try salvaged(lock).0.finish()
        let second = files(directory)
        for (name, bytes) in first where name.contains("aside") { #expect(second[name] == bytes, "\(name)") }
        #expect(second.values.contains(bytes))
    }

    /// A link to a directory elsewhere stands for a disk that is mounted at `log/`.
    @Test func aLogOnAnotherDiskIsRefused() throws {
        let (directory, before) = try damaged(LogSalvageTests.changes[0])
        let other = TemporaryDirectory(inMemory: true)
        guard try FileStatus(of: other.path)?.identity.device != FileStatus(of: directory.path)?.identity.device else {
            return
        }
        makeDirectory(other.path + "/log")
        for (name, bytes) in before {
            writeFile(other.path + "/log/" + name, bytes)
            unlinkFile(directory.path + "/log/" + name)
        }
        removeDirectory(directory.path + "/log")
        linkFile(other.path + "/log", directory.path + "/log")
        let lock = try DirectoryLock(directory.path)
        #expect(throws: EventLogError.otherDisk(log: directory.path + "/log")) {
            _ = try LogSalvage(lock, options: .small)
        }
        #expect(files(other) == before)
        unlinkFile(directory.path + "/log")
    }
}
