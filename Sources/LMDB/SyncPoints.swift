import POSIX

/// For an environment whose commits do not wait for the disk: the states that a power cut falls back to.
///
/// Without a sync the pages of a commit reach the disk in any order and at any time, and LMDB soon writes over pages that the
/// last synced root still names. Two things keep one whole state on the disk at all times:
/// - A **sync point**: the data file is synced, then a copy of its head as it was at a commit is written beside it.
/// - A **pin**: a read transaction at that commit, held until the next sync point is on the disk. LMDB reuses no page that
///   a reader can see, so all pages of that state stay as they were synced.
///
/// When the machine was started anew since, opening puts that head back, and with it that state. When only the process
/// ended, however it did, the kernel has every write, and nothing needs to be put back.
///
/// `mark` belongs to the thread that commits; `store` may be another's.
public final class SyncPoints: Sendable {
    /// How a data file stands to its sync point.
    public enum Standing: Sendable {
        /// There is no whole sync point: nothing says what of the data is on the disk.
        case missing
        /// The data file is what its processes wrote.
        case current
        /// The machine was started anew since it was written to: it may be in pieces.
        case behind
    }

    /// A commit to make a sync point of. It pins the commit's pages until it is dropped, or stored and then followed.
    public final class Mark: @unchecked Sendable {  // Nothing is read through the transaction: it only stands.
        private let transaction: ReadTransaction
        fileprivate let head: [UInt8]

        fileprivate init(_ transaction: consuming ReadTransaction, head: [UInt8]) {
            self.transaction = transaction
            self.head = head
        }
    }

    private struct Stored: ~Copyable {
        var file: SyncPointFile
        /// The commit that the newest point in the file is; nil before the first.
        var mark: Mark?
    }

    private let environment: Environment
    private let data: FileDescriptor
    private let boot: [UInt8]
    private let stored: Monitor<Stored>

    /// For an environment that was opened with `syncsCommits` off. There is no sync point until the first is stored.
    public init(_ environment: Environment) throws(LMDBError) {
        do throws(SystemError) {
            boot = try SyncPoints.currentBoot()
            data = try FileDescriptor(opening: SyncPoints.dataFile(in: environment.path), .read)
            let file = try SyncPointFile.open(in: environment.path)
            stored = Monitor(Stored(file: file))
        } catch {
            throw LMDBError(error)
        }
        self.environment = environment
    }

    public var isStored: Bool { stored.withLock { $0.mark != nil } }

    /// Pins the newest commit. Nothing may be committed meanwhile.
    public func mark() throws(LMDBError) -> Mark {
        // As often as this is enough: a dead reader costs room, and nothing else.
        try environment.forgetDeadReaders()
        let transaction = try environment.beginRead()
        do throws(SystemError) {
            return Mark(transaction, head: try data.read(at: 0, count: environment.headBytes))
        } catch {
            throw LMDBError(error)
        }
    }

    /// Makes `mark` the newest sync point; returns when it is on the disk. The one before it is let go of.
    ///
    /// When a sync fails nothing more is known of the disk: no later one would prove anything. The data file is then
    /// put back when it is opened again, and this process should end.
    public func store(_ mark: Mark) throws(LMDBError) { try store(mark, beforeSlot: {}) }

    /// `beforeSlot` is called when the data is synced and nothing says so yet: a test commits there.
    func store(_ mark: Mark, beforeSlot: () -> Void) throws(LMDBError) {
        try stored.withLock { stored throws(LMDBError) in
            do throws(LMDBError) {
                try environment.sync()
                do throws(SystemError) {
                    try stored.file.write(boot: boot, head: mark.head, isAbout: beforeSlot)
                } catch {
                    throw LMDBError(error)
                }
            } catch {
                if let last = stored.mark { try? stored.file.write(boot: [], head: last.head) }
                throw error
            }
            stored.mark = mark
        }
    }

    // MARK: Opening

    /// How the data file in `directory` stands.
    public static func standing(of directory: String) throws(LMDBError) -> Standing {
        do throws(SystemError) {
            guard let slot = try SyncPointFile.read(in: directory) else { return .missing }
            if try slot.boot == currentBoot() { return .current }
            let data = try FileDescriptor(opening: dataFile(in: directory), .read)
            return try data.read(at: 0, count: slot.head.count) == slot.head ? .current : .behind
        } catch {
            throw LMDBError(error)
        }
    }

    /// Puts the data file in `directory` back to its sync point. Nobody may have it open.
    public static func putBack(_ directory: String) throws(LMDBError) {
        do throws(SystemError) {
            guard let slot = try SyncPointFile.read(in: directory) else { return }
            let data = try FileDescriptor(opening: dataFile(in: directory), .readWrite)
            try data.write(slot.head.span.bytes, at: 0)
            try data.synchronizeData()
        } catch {
            throw LMDBError(error)
        }
    }

    private static func dataFile(in directory: String) -> String { directory + "/data.mdb" }

    /// A number that the kernel draws at each start of the machine. (random(4))
    private static func currentBoot() throws(SystemError) -> [UInt8] {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let boot = try Files.read(path), boot.count >= SyncPointFile.bootBytes else {
            throw SystemError("read", path, code: SystemError.inputOutput)
        }
        return Array(boot.prefix(SyncPointFile.bootBytes))
    }
}
