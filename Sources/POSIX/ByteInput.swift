import Glibc

/// A file or standard input, read front to back.
public struct ByteInput: ~Copyable, Sendable {
    private let descriptor: Int32
    /// What errors call it: the path, or `standard input`.
    public let name: String

    /// Opens the file at `path` for reading.
    public init(path: String) throws(SystemError) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        name = path
        guard descriptor >= 0 else { throw SystemError("open", path) }
    }

    /// The process's standard input.
    public static var standardInput: ByteInput { ByteInput(descriptor: STDIN_FILENO, name: "standard input") }

    private init(descriptor: Int32, name: String) { (self.descriptor, self.name) = (descriptor, name) }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// Reads into `buffer`, which is not empty, and returns the number of bytes; 0 is the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError("read", name) }
        }
    }
}
