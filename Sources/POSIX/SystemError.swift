import Glibc

/// A system call that failed: which, on what, and the kernel's reason.
public struct SystemError: Error, CustomStringConvertible, Equatable {
    public let call: String
    public let subject: String
    public let code: Int32

    public init(_ call: String, _ subject: String, code: Int32 = errno) {
        (self.call, self.subject, self.code) = (call, subject, code)
    }

    /// For example `open vitrine-data/log: Permission denied`.
    public var description: String { "\(call) \(subject): \(String(cString: strerror(code)))" }
}

extension SystemError {
    /// The disk, a quota or the process's file size limit leaves no room.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    public var isMissingFile: Bool { code == ENOENT }

    /// EIO, for what the kernel should have read and did not.
    public static var inputOutput: Int32 { EIO }
}

/// This process's number.
public var currentProcess: Int32 { getpid() }
