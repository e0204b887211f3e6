import Glibc

/// The end of a process that is refused what it cannot do without: memory, a thread, a descriptor for a loop.
///
/// There is no way to go on and nothing to tidy up, as after a crash, which every file here is made for. So the refusal does not
/// travel through every caller: it ends the process where it is met, in one line as any failure of a program.
public enum Exhaustion {
    /// For example `vitrine: cannot start a thread: Resource temporarily unavailable; raise ulimit -u`.
    public static func stop(_ failure: String, wayOut: String) -> Never {
        let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "vitrine"
        let line = Array("\(program): \(failure); \(wayOut)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        _exit(1)
    }

    static func stop(memory bytes: Int) -> Never {
        stop("no memory for \(bytes) bytes", wayOut: "give the machine or the process more (ulimit -v, ulimit -d)")
    }
}
