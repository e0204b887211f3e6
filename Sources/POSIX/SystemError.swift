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
