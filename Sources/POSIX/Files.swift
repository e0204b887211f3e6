import Glibc

/// Whole files and directories by path. Paths are the caller's words, so errors repeat them.
public enum Files {
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The whole file, or nil when there is none.
    public static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw SystemError("open", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Replaces the file durably: whoever reads it sees the old bytes or the new ones, after a power cut too.
    public static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw SystemError("open", draft) }
        var written = 0
        var code: Int32 = 0
        while written < bytes.count && code == 0 {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress!, $0.count) }
            if count >= 0 { written += count } else if errno != EINTR { code = errno }
        }
        if code == 0, fsync(file) != 0 { code = errno }
        close(file)
        if code != 0 {
            unlink(draft)
            throw SystemError("write", draft, code: code)
        }
        guard rename(draft, path) == 0 else {
            let error = SystemError("rename", path)
            unlink(draft)
            throw error
        }
        try Directory.synchronize(Directory.parent(of: path))
    }

    /// Whether `replace` could write the file now. Leaves everything as it is.
    public static func checkReplaceable(_ path: String) throws(SystemError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw SystemError("open", path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EEXIST)
            }
            guard access(path, W_OK) == 0 else { throw SystemError("open", path) }
        }
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw SystemError("open", path) }
        close(file)
        unlink(draft)
    }

    /// `path`, or with the first number behind it, `-2` and so on, under which there is nothing.
    public static func freeName(_ path: String) throws(SystemError) -> String {
        var (name, number) = (path, 1)
        while try FileStatus(of: name) != nil {
            number += 1
            name = path + "-\(number)"
        }
        return name
    }

    /// Removes a directory with all that is in it; nothing to do when there is none.
    public static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        if lstat(path, &status) != 0 {
            guard errno == ENOENT else { throw SystemError("lstat", path) }
            return
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try Directory.list(path) { try removeTree(path + "/" + name) }
            guard rmdir(path) == 0 else { throw SystemError("rmdir", path) }
        } else {
            guard unlink(path) == 0 else { throw SystemError("unlink", path) }
        }
    }
}
