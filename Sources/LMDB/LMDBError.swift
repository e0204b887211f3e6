import CLMDB
import Glibc
import POSIX

/// A call into LMDB that failed: which one, on which environment, and LMDB's reason.
public struct LMDBError: Error, Equatable, CustomStringConvertible {
    public let call: String
    public let path: String
    /// LMDB's code, or an errno where it is positive.
    public let code: Int32

    public init(_ call: String, path: String, code: Int32) {
        (self.call, self.path, self.code) = (call, path, code)
    }

    /// A row that must be there is not.
    public init(missing row: String, path: String) { self.init(row, path: path, code: MDB_NOTFOUND) }

    init(_ error: SystemError) { self.init(error.call, path: error.subject, code: error.code) }

    /// The disk, or a quota, has no room: the transaction is undone and may be tried again when there is room.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// LMDB says EIO, too, of a write that was cut short because the disk is full. With less than this free it is taken for that.
    private static let roomBytesMin: UInt64 = 16 << 20

    /// Whether `code` means that there is no room on the disk of `path`.
    static func isCutShort(_ code: Int32, _ path: String) -> Bool {
        var status = statvfs()
        guard code == EIO, statvfs(path, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < roomBytesMin
    }

    /// For example `mdb_env_open vitrine-data/views/1: Permission denied`.
    public var description: String {
        "\(call) \(path): \(String(cString: mdb_strerror(code)))" + (isDiskFull ? ": make room on its disk" : "")
    }
}
