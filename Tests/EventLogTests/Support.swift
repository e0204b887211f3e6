import Glibc
import Testing

@testable import EventLog

/// A directory that is gone when its test ends.
final class TemporaryDirectory {
    let path: String

    /// `inMemory` asks for a file system where a sync costs nothing, for tests that start thousands of small logs.
    init(inMemory: Bool = false) {
        let root = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : temporaryRoot
        var template = Array((root + "/vitrine-log-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(errno)") }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove(path) }

    private func remove(_ path: String) {
        for name in entries(path) {
            if unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        }
        rmdir(path)
    }
}

private let temporaryRoot: String = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

/// The names in a directory, sorted; none if it is no directory.
func entries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

func readFile(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY)
    precondition(file >= 0, path)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
    precondition(pread(file, &bytes, bytes.count, 0) == bytes.count)
    return bytes
}

func writeFile(_ path: String, _ bytes: [UInt8]) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0, path)
    defer { close(file) }
    precondition(pwrite(file, bytes, bytes.count, 0) == bytes.count)
}

func makeDirectory(_ path: String) { precondition(mkdir(path, 0o700) == 0, path) }

func removeDirectory(_ path: String) { precondition(rmdir(path) == 0, path) }

func linkFile(_ target: String, _ path: String) { precondition(symlink(target, path) == 0, path) }

func unlinkFile(_ path: String) { precondition(unlink(path) == 0, path) }

/// Offset of a new log's first record that is a command's: the epoch stands before it.
let firstRecord = SegmentHeader.size + RecordHeader.size + EpochRecord(epoch: 0).body.count

extension LogExtent.Ending {
    var tail: TornTail? { if case .tail(let tail) = self { tail } else { nil } }
}

/// What a test puts into a log and expects back.
struct Entry: Equatable {
    var position: UInt64
    var eventCount: Int
    var recordedAt: Int64 = 1_700_000_000_000
    var body: [UInt8]

    /// A record of `events` events of `bytes` bytes each; without events some bytes that stand for a command key.
    init(position: UInt64, events: Int, bytes: Int = 40) {
        (self.position, eventCount) = (position, events)
        body = []
        if events == 0 {
            let key = String(repeating: "k", count: max(bytes - EventFrames.headerSize - 8, 1))
            EventFrames.append(Array("{\"k\":\"\(key)\"}".utf8), publicLength: 0, to: &body)
        }
        for event in 0..<events {
            let text = "{\"position\":\(position + UInt64(event)),\"pad\":\""
            let padding = String(repeating: "x", count: max(0, bytes - text.utf8.count - 12))
            let publicPart = Array((text + padding + "\"").utf8)
            EventFrames.append(
                publicPart + Array(",\"key\":\"p\"}".utf8), publicLength: publicPart.count, to: &body)
        }
    }
}

extension LogWriter {
    func append(_ entry: Entry) throws(EventLogError) -> AppendResult {
        try append(body: entry.body.span.bytes, eventCount: entry.eventCount, recordedAt: entry.recordedAt)
    }

    /// Appends records of these event counts as batches, beginning a new one where one is full, and returns them.
    @discardableResult
    func write(_ eventCounts: [Int], bytes: Int = 40) throws(EventLogError) -> [Entry] {
        var entries: [Entry] = []
        try beginBatch()
        for events in eventCounts {
            let entry = Entry(position: nextPosition, events: events, bytes: bytes)
            if try append(entry) == .batchFull {
                try commit()
                try beginBatch()
                guard try append(entry) == .appended(position: entry.position) else { fatalError("no room when empty") }
            }
            entries.append(entry)
        }
        try commit()
        return entries
    }
}

extension LogReader {
    var entry: Entry {
        var entry = Entry(position: position, events: 0)
        (entry.eventCount, entry.recordedAt) = (eventCount, recordedAt)
        entry.body = body.withUnsafeBytes { [UInt8]($0) }
        return entry
    }

    func rest(upTo limit: UInt64 = .max) throws(EventLogError) -> [Entry] {
        var entries: [Entry] = []
        while try next(upTo: limit) { entries.append(entry) }
        return entries
    }
}

extension EventLog {
    func all() throws(EventLogError) -> [Entry] { try makeReader(after: 0).rest() }

    /// The files of the log, sorted.
    var segmentPaths: [String] { entries(directory + "/log").map { directory + "/log/" + $0 } }
}

extension EventLogOptions {
    /// Small enough that a test meets every bound, and not dependent on the free space of the machine.
    static let small = EventLogOptions(segmentBytes: 64 << 10, growthBytes: 16 << 10, diskReserveBytes: 0)
    static let plain = EventLogOptions(diskReserveBytes: 0)
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
