import CLMDB
import Glibc
import POSIX

/// One LMDB environment: a memory-mapped file of tables with one writer and many readers.
///
/// Rules that hold for the whole program:
/// 1. A directory is opened once a process. (LMDB's file locks break otherwise.)
/// 2. Read transactions are not bound to threads (`MDB_NOTLS`), but each is used by one thread at a time.
/// 3. The map is reserved once, at open: it is address space, not memory or disk.
public final class Environment: @unchecked Sendable {  // LMDB serialises writers itself; `handle` never changes.
    public struct Options: Sendable {
        /// Address space for the map: the file cannot grow beyond it.
        public var mapBytes = 1 << 40
        public var tablesMax: UInt32 = 32
        /// Concurrent read transactions, over all processes.
        public var readersMax: UInt32 = 512
        /// Opens without the right to write, beside a writer in another process.
        public var isReadOnly = false
        /// Whether a commit is on the disk when it returns. If not, `SyncPoints` must keep a state that is.
        public var syncsCommits = true

        public init() {}
    }

    public let path: String
    let handle: OpaquePointer
    let tablesMax: UInt32
    /// The table that has a record of each named one.
    private(set) var mainTable = Table(handle: 0)
    private let names = Monitor([MDB_dbi: [UInt8]]())

    /// Opens the environment in the directory `path`, which must exist.
    ///
    /// An existing data file is checked against its own last page first: LMDB opens a truncated file without a word
    /// and the first read beyond its end is a SIGBUS.
    public init(path: String, options: Options = Options()) throws(LMDBError) {
        (self.path, tablesMax) = (path, options.tablesMax)
        var created: OpaquePointer?
        var code = mdb_env_create(&created)
        guard code == 0, let created else { throw LMDBError("mdb_env_create", path: path, code: code) }
        handle = created
        // Everything is initialized from here on, so whatever is thrown, `deinit` closes the handle.
        func attempt(_ call: String, _ body: () -> Int32) throws(LMDBError) {
            code = body()
            guard code != 0 else { return }
            throw LMDBError(call, path: path, code: code)
        }
        try attempt("mdb_env_set_mapsize") { mdb_env_set_mapsize(created, options.mapBytes) }
        try attempt("mdb_env_set_maxdbs") { mdb_env_set_maxdbs(created, options.tablesMax) }
        try attempt("mdb_env_set_maxreaders") { mdb_env_set_maxreaders(created, options.readersMax) }
        // NOMETASYNC: one sync a commit; a power cut may undo the last commits but never corrupts, and the log has them.
        var flags = UInt32(MDB_NOTLS) | UInt32(MDB_NOMETASYNC) | UInt32(MDB_NORDAHEAD)
        if options.isReadOnly { flags |= UInt32(MDB_RDONLY) }
        if !options.syncsCommits && !options.isReadOnly {
            flags |= UInt32(MDB_NOSYNC)
            if try SyncPoints.standing(of: path) == .behind { try SyncPoints.putBack(path) }
        }
        do throws(SystemError) { try Environment.makeLockFile(in: path, readersMax: options.readersMax) } catch {
            throw LMDBError(error)
        }
        try attempt("mdb_env_open") { mdb_env_open(created, path, flags, 0o644) }
        try attempt("mdb_env_open") { Environment.isTruncated(created) ? MDB_CORRUPTED : 0 }
        try attempt("mdb_reader_check") { mdb_reader_check(created, nil) }
        var (reading, main): (OpaquePointer?, MDB_dbi) = (nil, 0)
        try attempt("mdb_txn_begin") { mdb_txn_begin(created, nil, UInt32(MDB_RDONLY), &reading) }
        defer { mdb_txn_abort(reading) }
        try attempt("mdb_dbi_open") { mdb_dbi_open(reading, nil, 0, &main) }
        mainTable = Table(handle: main)
    }

    /// Frees the places of readers whose processes ended without giving their snapshots back: no page that such a one could see
    /// would ever be used again.
    func forgetDeadReaders() throws(LMDBError) { try check("mdb_reader_check", mdb_reader_check(handle, nil)) }

    deinit { mdb_env_close(handle) }

    /// LMDB writes its lock file through a map: without room on the disk that is a SIGBUS. So room is made first, for a head and
    /// 64 bytes a reader.
    private static func makeLockFile(in path: String, readersMax: UInt32) throws(SystemError) {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor(opening: path + "/lock.mdb", .create)
        } catch {
            // Where nothing can be written LMDB reads without, or says why it cannot.
            return
        }
        try file.allocate(from: 0, count: 64 * (Int(readersMax) + 8))
    }

    private static func isTruncated(_ handle: OpaquePointer) -> Bool {
        var information = MDB_envinfo()
        var statistics = MDB_stat()
        var file: mdb_filehandle_t = -1
        var status = stat()
        guard mdb_env_info(handle, &information) == 0, mdb_env_stat(handle, &statistics) == 0,
            mdb_env_get_fd(handle, &file) == 0, fstat(file, &status) == 0
        else { return true }
        // A new environment has two meta pages on disk and last page 1.
        return Int(status.st_size) < (information.me_last_pgno + 1) * Int(statistics.ms_psize)
    }

    /// Bytes of the file that hold pages, free ones included.
    public var usedBytes: Int { pageCount * pageBytes }

    var pageCount: Int {
        var information = MDB_envinfo()
        mdb_env_info(handle, &information)
        return information.me_last_pgno + 1
    }

    var pageBytes: Int {
        var statistics = MDB_stat()
        mdb_env_stat(handle, &statistics)
        return Int(statistics.ms_psize)
    }

    /// Bytes of the two pages in which LMDB names its newest roots.
    var headBytes: Int { 2 * pageBytes }

    /// Bytes of address space that the file may grow into.
    public var mapBytes: Int {
        var information = MDB_envinfo()
        mdb_env_info(handle, &information)
        return information.me_mapsize
    }

    /// A table that was opened under a name.
    func table(_ handle: MDB_dbi, named name: String) -> Table {
        names.withLock { $0[handle] = Array(name.utf8) }
        return Table(handle: handle)
    }

    func name(of table: Table) -> [UInt8]? { names.withLock { $0[table.handle] } }

    public func beginRead() throws(LMDBError) -> ReadTransaction { try ReadTransaction(self) }

    public func beginWrite() throws(LMDBError) -> WriteTransaction { try WriteTransaction(self) }

    /// Makes sure that what was committed is on disk.
    public func sync() throws(LMDBError) { try check("mdb_env_sync", mdb_env_sync(handle, 1)) }

    func check(_ call: String, _ code: Int32) throws(LMDBError) {
        guard code != 0 else { return }
        throw LMDBError(call, path: path, code: LMDBError.isCutShort(code, path) ? ENOSPC : code)
    }
}

/// A named table of an environment, valid for as long as the environment is open.
public struct Table: Sendable, Equatable {
    let handle: MDB_dbi
}
