import CPOSIX
import Glibc

/// Names in the file system, and making changes to them last.
public enum Directory {
    /// Makes a directory and the missing ones above it, durably. It may exist.
    public static func create(_ path: String) throws(SystemError) {
        if try make(path) { return }
        guard errno == ENOENT, parent(of: path) != path else { throw SystemError("mkdir", path) }
        try create(parent(of: path))
        // Only once more: what is there may be a link to nowhere.
        guard try make(path) else { throw SystemError("mkdir", path) }
    }

    /// False, with `errno`, when it is not there and cannot be made.
    private static func make(_ path: String) throws(SystemError) -> Bool {
        guard retrying({ Int(mkdir(path, 0o750)) }) == 0 else { return errno == EEXIST }
        try synchronize(parent(of: path))
        return true
    }

    /// The names in a directory in byte order, without `.` and `..`.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        guard let directory = opendir(path) else { throw SystemError("opendir", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw SystemError("readdir", path) }
        return names.sorted()
    }

    /// Returns when the names made, changed and removed in a directory are on the disk.
    public static func synchronize(_ path: String) throws(SystemError) {
        try FileDescriptor(opening: path, .read).synchronize()
    }

    /// Gives a file another name, in the place of one that had it. Durable once the directory was synchronized.
    public static func rename(_ path: String, to newPath: String) throws(SystemError) {
        guard retrying({ Int(Glibc.rename(path, newPath)) }) == 0 else { throw SystemError("rename", path) }
    }

    /// Gives two names what the other had, at once. Durable once the directory was synchronized.
    public static func exchange(_ path: String, _ other: String) throws(SystemError) {
        guard retrying({ Int(vitrine_exchange(path, other)) }) == 0 else { throw SystemError("renameat2", path) }
    }

    /// Gives a file a second name, which must be free.
    public static func link(_ path: String, as newPath: String) throws(SystemError) {
        guard retrying({ Int(Glibc.link(path, newPath)) }) == 0 else { throw SystemError("link", newPath) }
    }

    /// Removes a file.
    public static func remove(_ path: String) throws(SystemError) {
        guard retrying({ Int(unlink(path)) }) == 0 else { throw SystemError("unlink", path) }
    }

    /// The directory that holds `path`: `.` for a bare name.
    static func parent(of path: String) -> String {
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == bytes.startIndex ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
    }
}
