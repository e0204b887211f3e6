import POSIX

/// The one writer's hold on a data directory, and what is known of the files in it.
///
/// The lock is an advisory one on the directory itself, which ends with the process however it ends: whatever file in it is
/// deleted, the directory has one writer. The file `lock` is locked as well, for programs of earlier versions, and says which
/// files are this directory's own (`LockRecord`).
public final class DirectoryLock: Sendable {
    /// What is known of a file in the directory.
    public enum Standing: Equatable, Sendable {
        /// This directory's programs wrote and closed it, and nobody wrote to it since.
        case good
        /// This directory's programs wrote it and did not close it, or it looks like a copy of one that was closed: most likely
        /// all is well, but only its content can prove it.
        case unproven
        /// It was written by a version that kept no account of its files.
        case unknown
        /// It is none of the above: most likely a copy that was made while it was written to. The text goes on after "it".
        case foreign(String)
    }

    /// What a clean end notes of the first and the last bytes of a file.
    private static let checkedBytes = 8 << 10
    /// The kernel dates a change when it is made, with a clock that may be some milliseconds behind.
    private static let dateTolerance_ns: Int64 = 100_000_000

    /// The data directory, as it was named.
    public let path: String
    private let directory: FileDescriptor
    private let file: FileDescriptor
    private let held: FileIdentity
    private let found: LockRecord?
    private let isFromEarlierVersion: Bool
    /// Whether `lock` is as its writer left it: copied over, it is as old as the copy.
    private let isOriginal: Bool
    private let record: Monitor<LockRecord>

    /// Takes the lock. Makes the directory if it is missing, and changes nothing else in it that counts.
    public init(_ path: String) throws(EventLogError) {
        try files { () throws(SystemError) in try Directory.create(path) }
        let directory = try files { () throws(SystemError) in try FileDescriptor(opening: path, .read) }
        let isFree = try files { () throws(SystemError) in try directory.tryLock() }
        guard isFree else {
            let found = try files { () throws(SystemError) in try Files.read(path + "/lock") ?? [] }
            throw .locked(directory: path, pid: LockRecord(found)?.process ?? DirectoryLock.firstNumber(found))
        }
        let file = try files { () throws(SystemError) in try FileDescriptor(opening: path + "/lock", .create) }
        let bytes = try files { () throws(SystemError) in try file.read(at: 0, count: 64 << 10) }
        let found = LockRecord(bytes)
        guard try files({ () throws(SystemError) in try file.tryLock() }) else {
            throw .locked(directory: path, pid: found?.process ?? DirectoryLock.firstNumber(bytes))
        }
        held = try files { () throws(SystemError) in try directory.status().identity }
        let changed_ns = try files { () throws(SystemError) in try file.status().changed_ns }
        isOriginal = found.map { abs(changed_ns - $0.written_ns) <= DirectoryLock.dateTolerance_ns } ?? false
        // It holds a number and a line end, and nothing else: more is a record in pieces.
        isFromEarlierVersion =
            bytes.count <= 12 && bytes.last == UInt8(ascii: "\n") && DirectoryLock.firstNumber(bytes) != nil
        self.path = path
        self.found = found
        self.directory = directory
        self.file = file
        record = Monitor(LockRecord(process: currentProcess))
        // What is good stays so, also if this process never opens it.
        for path in found.map({ Array($0.files.keys) }) ?? [] where [.good, .unproven].contains(standing(of: path)) {
            try name(path, isUnproven: standing(of: path) == .unproven)
        }
    }

    deinit { release() }

    /// Lets another process have the directory.
    func release() {
        file.unlock()
        directory.unlock()
    }

    private static func firstNumber(_ bytes: [UInt8]) -> Int32? {
        Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    // MARK: What was found

    /// What is known of the file `name`, a path in the directory.
    public func standing(of name: String) -> Standing {
        guard let found else {
            return isFromEarlierVersion ? .unknown : .foreign("came without the file lock, which tells a copy")
        }
        guard let entry = found.files[name] else { return .foreign("is not one that \(path)/lock names") }
        do throws(SystemError) {
            let file = try FileDescriptor(opening: path + "/" + name, .read)
            let status = try file.status()
            let isNamed = isOriginal && status.identity.isSameFile(as: entry.identity)
            guard found.isClean, entry.modified_ns != 0 else {
                return isNamed ? .unproven : .foreign("is a copy that was made while it was written to")
            }
            if isNamed {
                return status.modified_ns == entry.modified_ns ? .good : .foreign("was changed since it was closed")
            }
            let check = status.bytes >= entry.end ? try DirectoryLock.check(file, end: entry.end) : nil
            return check == entry.check ? .unproven : .foreign("is not the copy of one that was closed cleanly")
        } catch {
            return .foreign("cannot be read: \(error)")
        }
    }

    /// Whether the newest segment may be a copy that was made while its writer went on. Its name alone counts, and not
    /// whether its bytes are as they were: that is for the records' own checks to say.
    func mayBeCopy(_ segment: String) throws(SystemError) -> Bool {
        guard let found, let entry = found.files[segment], let status = try FileStatus(of: path + "/" + segment) else {
            return true
        }
        if isOriginal && status.identity.isSameFile(as: entry.identity) { return false }
        return standing(of: segment) != .unproven
    }

    /// The checksum of the first and the last bytes up to `end`: a file that is written to changes in one of the two.
    private static func check(_ file: borrowing FileDescriptor, end: Int) throws(SystemError) -> UInt32 {
        var checksum = CRC32C()
        let start = try file.read(at: 0, count: min(end, checkedBytes))
        let last = try file.read(at: max(0, end - checkedBytes), count: min(end, checkedBytes))
        for bytes in [start, last] where !bytes.isEmpty {
            bytes.withUnsafeBytes { checksum.update($0.baseAddress!, count: $0.count) }
        }
        return checksum.value
    }

    // MARK: What is noted

    /// From now on the file `name` is one of this directory's own; a file of that name before it is not. `write` notes it.
    /// `draft` is the file's path while it does not have that name yet.
    public func name(_ name: String, at draft: String? = nil) throws(EventLogError) {
        try self.name(name, at: draft, isUnproven: false)
    }

    private func name(_ name: String, at draft: String? = nil, isUnproven: Bool) throws(EventLogError) {
        let status = try files { () throws(SystemError) in try FileStatus(of: draft ?? path + "/" + name) }
        record.update {
            $0.files[name] = status.map { LockRecord.Entry(identity: $0.identity, isUnproven: isUnproven) }
        }
    }

    /// From now on the file `name` is none of this directory's.
    public func forget(_ name: String) { record.update { $0.files[name] = nil } }

    /// Only the newest segments count: earlier ones are sealed.
    func forgetSegments(except names: [String]) {
        record.update { $0.files = $0.files.filter { !$0.key.hasPrefix("log/") || names.contains($0.key) } }
    }

    /// Notes the named files, durably, and that a program has them open.
    ///
    /// A disk without room is passed over: what is not noted is made anew after the next crash, and not lost.
    public func write() throws(EventLogError) {
        try files { () throws(SystemError) in
            do throws(SystemError) { try put(record.withLock { $0 }) } catch {
                guard error.isOutOfSpace else { throw error }
            }
        }
    }

    /// Notes that the named files are closed and on the disk. `ends` has the bytes that count where not all do.
    public func writeClean(ends: [String: Int] = [:]) throws(EventLogError) {
        var closed = record.withLock { $0 }
        closed.isClean = true
        try files { () throws(SystemError) in
            for (name, entry) in closed.files where !entry.isUnproven {
                guard Files.exists(path + "/" + name) else {
                    closed.files[name] = nil
                    continue
                }
                let file = try FileDescriptor(opening: path + "/" + name, .read)
                let status = try file.status()
                let end = ends[name] ?? status.bytes
                closed.files[name] = LockRecord.Entry(
                    identity: status.identity, end: end, check: try DirectoryLock.check(file, end: end),
                    modified_ns: status.modified_ns)
            }
            do throws(SystemError) { try put(closed) } catch {
                guard error.isOutOfSpace else { throw error }
            }
        }
    }

    private func put(_ record: LockRecord) throws(SystemError) {
        let name = path + "/lock"
        if try FileStatus(of: name)?.identity == file.status().identity { return try put(record, into: file) }
        // Somebody deleted it: the next start looks for it under its name.
        try put(record, into: FileDescriptor(opening: name, .create))
        try Directory.synchronize(path)
    }

    private func put(_ record: LockRecord, into file: borrowing FileDescriptor) throws(SystemError) {
        var record = record
        // Once more when the process was held up between the look at the clock and the write.
        for _ in 0..<8 {
            record.written_ns = Clock.wallNanoseconds
            try file.write(record.bytes.span.bytes, at: 0)
            if try abs(file.status().changed_ns - record.written_ns) <= DirectoryLock.dateTolerance_ns / 2 { break }
        }
        try file.synchronizeData()
    }

    // MARK: While it is held

    /// The path that no longer leads to the held directory, or to the named segment in it; nil while both are in place.
    ///
    /// A directory that is deleted, moved or replaced keeps its lock, and what is written to it is found by nobody.
    func missing(segment name: String) -> String? {
        func isThere(_ path: String, _ identity: FileIdentity) -> Bool {
            // An error says nothing of where the file is: the next look tells.
            guard let status = try? FileStatus(of: path) as FileStatus?? else { return true }
            return status?.identity.isSameFile(as: identity) ?? false
        }
        guard isThere(path, held) else { return path }
        guard let segment = record.withLock({ $0.files[name] }) else { return nil }
        return isThere(path + "/" + name, segment.identity) ? nil : path + "/" + name
    }
}
