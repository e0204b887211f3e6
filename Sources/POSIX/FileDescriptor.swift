import Glibc

/// An open file: closed when its owner ends. Every call loops over EINTR and moves no shared file offset, so
/// threads may use one descriptor side by side.
public struct FileDescriptor: ~Copyable, Sendable {
    /// As it was opened: for messages.
    public let path: String
    let number: Int32

    public enum Mode: Sendable {
        case read
        case readWrite
        /// Reads and writes; makes the file if there is none.
        case create
        /// Reads and writes a new, empty file; what was there is emptied.
        case replace

        var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            }
        }
    }

    /// Opens a file; new ones get the permissions 0640 less the umask: a log is nobody else's to read.
    public init(opening path: String, _ mode: Mode) throws(SystemError) {
        let number = retrying { Int(open(path, mode.flags | O_CLOEXEC, 0o640)) }
        guard number >= 0 else { throw SystemError("open", path) }
        self.path = path
        self.number = Int32(number)
    }

    // On Linux the descriptor is gone even if close reports an interruption; what had to be kept was synced before.
    deinit { close(number) }

    /// Bytes from the start to the end of the file.
    public func size() throws(SystemError) -> Int {
        var status = stat()
        guard retrying({ Int(fstat(number, &status)) }) == 0 else { throw SystemError("fstat", path) }
        return Int(status.st_size)
    }

    /// Fills `buffer` from `offset` on, and returns how many bytes it got: fewer only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let got = retrying { pread(number, rest.baseAddress, rest.count, off_t(offset + done)) }
            guard got >= 0 else { throw SystemError("pread", path) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Up to `count` bytes from `offset` on: fewer only at the end of the file. For small things off the hot paths.
    public func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        return [UInt8](buffer[..<(try read(into: buffer, at: offset))])
    }

    /// Writes all of `bytes` at `offset`.
    public func write(_ bytes: RawSpan, at offset: Int) throws(SystemError) {
        try bytes.withUnsafeBytes { (bytes) throws(SystemError) in try write(bytes, at: offset) }
    }

    /// Writes all of `bytes` at `offset`.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let put = retrying { pwrite(number, rest.baseAddress, rest.count, off_t(offset + done)) }
            guard put > 0 else { throw SystemError("pwrite", path, code: put == 0 ? EIO : errno) }
            done += put
        }
    }

    /// Writes the first `count` bytes of `other` to the same place here.
    public func copy(_ other: borrowing FileDescriptor, count: Int) throws(SystemError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var done = 0
        while done < count {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - done)])
            guard try other.read(into: part, at: done) == part.count else {
                throw SystemError("read", other.path, code: SystemError.inputOutput)
            }
            try write(UnsafeRawBufferPointer(part), at: done)
            done += part.count
        }
    }

    /// Returns when the written bytes, and the size that finds them, are on the disk. After an error the kernel may
    /// hold lost pages as clean: a second call proves nothing.
    public func synchronizeData() throws(SystemError) {
        guard retrying({ Int(fdatasync(number)) }) == 0 else { throw SystemError("fdatasync", path) }
    }

    /// As `synchronizeData`, with all metadata.
    public func synchronize() throws(SystemError) {
        guard retrying({ Int(fsync(number)) }) == 0 else { throw SystemError("fsync", path) }
    }

    /// Sets the size: what lies behind is gone and reads as zeros when the file grows again.
    public func truncate(to size: Int) throws(SystemError) {
        guard retrying({ Int(ftruncate(number, off_t(size))) }) == 0 else { throw SystemError("ftruncate", path) }
    }

    /// Makes sure that `count` bytes from `offset` on have room on the disk; the file grows to hold them, with zeros.
    public func allocate(from offset: Int, count: Int) throws(SystemError) {
        var code = EINTR
        while code == EINTR { code = posix_fallocate(number, off_t(offset), off_t(count)) }
        guard code == 0 else { throw SystemError("posix_fallocate", path, code: code) }
    }

    /// Bytes of the file system that this process may still fill.
    public func freeBytes() throws(SystemError) -> Int {
        var status = statvfs()
        guard retrying({ Int(fstatvfs(number, &status)) }) == 0 else { throw SystemError("fstatvfs", path) }
        let (bytes, isMore) = Int(status.f_frsize).multipliedReportingOverflow(by: Int(clamping: status.f_bavail))
        return isMore ? .max : bytes
    }

    /// Takes the exclusive advisory lock, which lasts as long as this descriptor; false if someone else has it.
    public func tryLock() throws(SystemError) -> Bool {
        if retrying({ Int(flock(number, LOCK_EX | LOCK_NB)) }) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw SystemError("flock", path) }
        return false
    }

    /// Gives the lock back at once. Closing alone leaves it to a child process that is just being started, and is what
    /// gives it back should this fail.
    public func unlock() { _ = retrying { Int(flock(number, LOCK_UN)) } }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func retrying(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
