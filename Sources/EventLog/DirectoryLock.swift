import POSIX

/// The one writer's hold on a data directory: an advisory lock on `lock`, which ends with the process however it ends.
final class DirectoryLock: Sendable {
    private let file: FileDescriptor

    init(_ directory: String) throws(EventLogError) {
        let file = try files { () throws(SystemError) in try FileDescriptor(opening: directory + "/lock", .create) }
        guard try files({ () throws(SystemError) in try file.tryLock() }) else {
            throw try .locked(directory: directory, pid: DirectoryLock.holder(file))
        }
        try files { () throws(SystemError) in
            try file.truncate(to: 0)
            try file.write([UInt8]("\(currentProcess)\n".utf8).span.bytes, at: 0)
        }
        self.file = file
    }

    deinit { file.unlock() }

    /// The pid that the holder wrote; nil between its locking and its writing.
    private static func holder(_ file: borrowing FileDescriptor) throws(EventLogError) -> Int32? {
        let text = try files { () throws(SystemError) in try file.read(at: 0, count: 12) }
        return Int32(String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
