import POSIX

/// What the file `lock` says of a data directory's files: which ones its programs wrote, and whether they were closed cleanly.
///
///     4711
///     vitrine-lock 1
///     state running
///     written 1764117072000000000
///     file 0 0 0 64768 1312021 1764117070123456789 log/00000000000000000001.log
///     check 9f3c21aa
///
/// The first line is the process. A file's numbers are what a clean end knows of it (the bytes that count, their check, when
/// they were written: 0 while a program runs), then device, inode and time of birth. The rest is filled up with spaces.
struct LockRecord: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var identity: FileIdentity
        /// Bytes up to which the file was of use when it was closed.
        var end = 0
        var check: UInt32 = 0
        /// 0 where a clean end does not know that the file was closed.
        var modified_ns: Int64 = 0
        /// Taken over from an earlier process, and neither opened nor proven by this one. Not in the file.
        var isUnproven = false
    }

    /// All of it is written at once, so a full disk that has one has room for the next.
    static let size = 4_096
    private static let title = "vitrine-lock 1"

    var process: Int32
    var isClean = false
    /// By the clock that the kernel dates changes with.
    var written_ns: Int64 = 0
    /// By their paths in the data directory.
    var files: [String: Entry] = [:]

    init(process: Int32) { self.process = process }

    /// Nil for what an earlier version wrote, or for one in pieces.
    init?(_ bytes: [UInt8]) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")[...]
        guard let process = lines.popFirst().flatMap({ Int32($0) }), lines.popFirst() == Substring(LockRecord.title)
        else {
            return nil
        }
        self.init(process: process)
        var claimed: UInt32?
        for line in lines {
            let words = line.split(separator: " ", maxSplits: 7)
            switch (words.first, words.count) {
            case ("state", 2): isClean = words[1] == "clean"
            case ("written", 2): written_ns = Int64(words[1]) ?? 0
            case ("check", 2): claimed = UInt32(words[1], radix: 16)
            case ("file", 8):
                guard let end = Int(words[1]), let check = UInt32(words[2]), let modified_ns = Int64(words[3]),
                    let device = UInt64(words[4]), let inode = UInt64(words[5]), let born_ns = Int64(words[6])
                else { return nil }
                files[String(words[7])] = Entry(
                    identity: FileIdentity(device: device, inode: inode, born_ns: born_ns), end: end, check: check,
                    modified_ns: modified_ns)
            default: break
            }
        }
        guard claimed == LockRecord.check(of: text) else { return nil }
    }

    /// At least `size` bytes.
    var bytes: [UInt8] {
        let text = self.text
        let digits = String(LockRecord.check(of: text), radix: 16)
        var bytes = Array((text + "check " + digits + "\n").utf8)
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: max(0, LockRecord.size - bytes.count))
        return bytes
    }

    private var text: String {
        var text = "\(process)\n\(LockRecord.title)\nstate \(isClean ? "clean" : "running")\nwritten \(written_ns)\n"
        for (path, entry) in files.sorted(by: { $0.key < $1.key }) {
            let identity = entry.identity
            text += "file \(entry.end) \(entry.check) \(entry.modified_ns) "
            text += "\(identity.device) \(identity.inode) \(identity.born_ns) \(path)\n"
        }
        return text
    }

    private static func check(of text: String) -> UInt32 {
        var checksum = CRC32C()
        var text = text
        text.withUTF8 { checksum.update($0.baseAddress!, count: $0.count) }
        return checksum.value
    }
}
