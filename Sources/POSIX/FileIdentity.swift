import CPOSIX
import Glibc

/// What tells a file from every other one: a copy of it is another file, and the same file under another name is the same.
public struct FileIdentity: Equatable, Sendable {
    public var device: UInt64
    public var inode: UInt64
    /// Nanoseconds since 1970 UTC; 0 where the file system does not know it.
    public var born_ns: Int64

    public init(device: UInt64, inode: UInt64, born_ns: Int64) {
        (self.device, self.inode, self.born_ns) = (device, inode, born_ns)
    }

    /// Whether both are one file. Where the time of birth is known the device does not count: a disk may have another number
    /// after the machine's next start.
    public func isSameFile(as other: FileIdentity) -> Bool {
        inode == other.inode && born_ns == other.born_ns && (born_ns != 0 || device == other.device)
    }
}

/// A file's identity, with what changes while it lives.
public struct FileStatus: Equatable, Sendable {
    public var identity: FileIdentity
    public var bytes: Int
    /// When its bytes were last written, nanoseconds since 1970 UTC. A copy may be given any.
    public var modified_ns: Int64
    /// When anything of it last changed, by the kernel's clock.
    public var changed_ns: Int64

    init(_ found: vitrine_file_identity) {
        identity = FileIdentity(device: found.device, inode: found.inode, born_ns: found.born_ns)
        (bytes, modified_ns, changed_ns) = (Int(found.size), found.modified_ns, found.changed_ns)
    }

    /// Nil when there is nothing under this name.
    public init?(of path: String) throws(SystemError) {
        var found = vitrine_file_identity()
        guard retrying({ Int(vitrine_identify_path(path, &found)) }) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw SystemError("statx", path) }
            return nil
        }
        self.init(found)
    }
}

extension FileDescriptor {
    public func status() throws(SystemError) -> FileStatus {
        var found = vitrine_file_identity()
        guard retrying({ Int(vitrine_identify(number, &found)) }) == 0 else { throw SystemError("statx", path) }
        return FileStatus(found)
    }
}
