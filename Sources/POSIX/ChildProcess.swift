import CPOSIX
import Glibc

/// Work that may end its process, done in a child so that it ends only that.
public enum ChildProcess {
    /// How the work ended.
    public enum Outcome: Equatable, Sendable {
        case returned(Bool)
        /// By this signal.
        case ended(Int32)
    }

    /// Runs `body` in a child that has the memory of this process as it is now, and nothing else of it. Where there are other threads
    /// a child could wait for their locks for ever: then it runs here.
    public static func run(_ body: () -> Bool) throws(SystemError) -> Outcome {
        guard try Directory.list("/proc/self/task").count == 1 else { return .returned(body()) }
        // Safe: the closure is called before `run` returns, in the child that the call waits for.
        let result = withoutActuallyEscaping(body) { body in
            var body = body
            return withUnsafeMutablePointer(to: &body) { pointer in
                vitrine_in_child({ $0!.assumingMemoryBound(to: (() -> Bool).self).pointee() ? 0 : 1 }, pointer)
            }
        }
        guard result >= 0 else { throw SystemError("fork", "a child process") }
        return result < 128 ? .returned(result == 0) : .ended(Int32(result - 128))
    }
}
