import CLibUV
import POSIX

/// A libuv call that failed, with libuv's own name for the reason.
public struct UVError: Error, CustomStringConvertible {
    public let code: Int32
    public let call: StaticString

    init(code: Int32, call: StaticString) { (self.code, self.call) = (code, call) }

    /// For example `uv_listen: address already in use`.
    public var description: String { "\(call): \(String(cString: uv_strerror(code)))" }

    /// For calls that fail only where descriptors or memory run out.
    func stop() -> Never {
        Exhaustion.stop(
            "cannot make an event loop: \(description)", wayOut: "raise the limit of open files (ulimit -n)")
    }
}
