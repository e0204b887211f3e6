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

    /// For example `mdb_env_open vitrine-data/views/1: Permission denied`.
    public var description: String { "\(call) \(path): \(String(cString: mdb_strerror(code)))" }
}
