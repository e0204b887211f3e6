import Glibc
import Testing

@testable import EventLog

/// One writer a directory, whatever file in it is deleted, and an account of which files are its own.
@Suite struct DirectoryLockTests {
    private static let name = "views/1/data.mdb"

    /// A directory with one named file, let go of as the arguments say.
    private func directory(isClean: Bool) throws -> TemporaryDirectory {
        let directory = TemporaryDirectory()
        let lock = try DirectoryLock(directory.path)
        makeDirectory(directory.path + "/views")
        makeDirectory(directory.path + "/views/1")
        writeFile(directory.path + "/" + DirectoryLockTests.name, (0..<40_000).map { UInt8($0 % 251) })
        try lock.name(DirectoryLockTests.name)
        if isClean { try lock.writeClean() } else { try lock.write() }
        return directory
    }

    private func standing(_ path: String) throws -> DirectoryLock.Standing {
        try DirectoryLock(path).standing(of: DirectoryLockTests.name)
    }

    private func isGood(_ path: String) throws -> Bool { try [.good, .unproven].contains(standing(path)) }

    private func copy(_ directory: TemporaryDirectory) -> TemporaryDirectory {
        let copy = TemporaryDirectory()
        makeDirectory(copy.path + "/views")
        makeDirectory(copy.path + "/views/1")
        for name in ["lock", DirectoryLockTests.name] {
            writeFile(copy.path + "/" + name, readFile(directory.path + "/" + name))
        }
        return copy
    }

    @Test(arguments: [false, true]) func ownFilesAreGood(isClean: Bool) throws {
        let directory = try directory(isClean: isClean)
        // Also for the one after a process that did nothing.
        for _ in 0..<2 { #expect(try standing(directory.path) == (isClean ? .good : .unproven)) }
        #expect(try DirectoryLock(directory.path).standing(of: "views/2/data.mdb") != .good)
    }

    @Test func aCopyIsGoodOnlyWhenItWasClosedCleanly() throws {
        for isClean in [true, false] {
            let copied = copy(try directory(isClean: isClean))
            #expect(try isGood(copied.path) == isClean)
        }
        // One that was cut short, or that is of another moment.
        for change: (inout [UInt8]) -> Void in [{ $0.removeLast() }, { $0[100] ^= 1 }, { $0[$0.count - 1] ^= 1 }] {
            let copied = copy(try directory(isClean: true))
            var bytes = readFile(copied.path + "/" + DirectoryLockTests.name)
            change(&bytes)
            writeFile(copied.path + "/" + DirectoryLockTests.name, bytes)
            #expect(try !isGood(copied.path))
        }
    }

    @Test func aFileThatWasChangedSinceItWasClosedIsNotGood() throws {
        let directory = try directory(isClean: true)
        let path = directory.path + "/" + DirectoryLockTests.name
        var bytes = readFile(path)
        bytes[20_000] ^= 1
        writeFile(path, bytes)
        #expect(try !isGood(directory.path))
    }

    /// Put back over the same files, which keep what names them.
    @Test func aCopyThatWasPutBackInPlaceIsNotGood() throws {
        let directory = try directory(isClean: false)
        let copied = copy(directory)
        usleep(300_000)
        for name in ["lock", DirectoryLockTests.name] {
            writeFile(directory.path + "/" + name, readFile(copied.path + "/" + name))
        }
        #expect(try !isGood(directory.path))
    }

    @Test func whatAnEarlierVersionLeftIsUnknown() throws {
        let directory = try directory(isClean: false)
        writeFile(directory.path + "/lock", Array("4711\n".utf8))
        #expect(try standing(directory.path) == .unknown)
        unlinkFile(directory.path + "/lock")
        #expect(try !isGood(directory.path))
    }

    @Test func aRecordInPiecesIsNotBelieved() throws {
        let directory = try directory(isClean: false)
        let bytes = readFile(directory.path + "/lock")
        let end = bytes.lastIndex(of: UInt8(ascii: "\n"))!
        for offset in 0..<end where bytes[offset] != UInt8(ascii: "\n") {
            var image = bytes
            image[offset] ^= 1
            // What still reads as the same is the same.
            #expect(LockRecord(image).map { $0 == LockRecord(bytes) } ?? true, "byte \(offset)")
        }
        #expect(LockRecord(bytes)?.process == getpid())
        writeFile(directory.path + "/lock", Array(bytes[..<60]) + [UInt8](repeating: 0, count: 4_036))
        guard case .foreign = try standing(directory.path) else {
            Issue.record("half of a record is believed")
            return
        }
    }

    @Test func deletingTheFileDoesNotLetASecondIn() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        for name in ["lock", "log/00000000000000000001.log"] {
            unlinkFile(directory.path + "/" + name)
            do throws(EventLogError) {
                try EventLog.open(directory.path, options: .plain).close()
                Issue.record("a second writer was let in")
            } catch {
                guard case .locked = error else { throw error }
            }
        }
        log.close()
        #expect(try EventLog.open(directory.path, options: .plain).wasCreated)
    }

    @Test func whatIsGoneIsNoticed() throws {
        let parent = TemporaryDirectory()
        let path = parent.path + "/data"
        let log = try EventLog.open(path, options: .plain)
        try log.makeWriter().write([1])
        #expect(log.missing() == nil)
        #expect(rename(path, parent.path + "/moved") == 0)
        #expect(log.missing() == path)
        makeDirectory(path)
        #expect(log.missing() == path)
        rmdir(path)
        #expect(rename(parent.path + "/moved", path) == 0)
        #expect(log.missing() == nil)
        #expect(rename(path + "/log", path + "/other") == 0)
        #expect(log.missing() == path + "/log/00000000000000000001.log")
    }
}
