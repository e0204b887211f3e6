import Glibc

public enum StandardStreams {
    /// Opens `/dev/null` in the place of standard streams that are closed. Call it first of all: the next file that is opened
    /// would have the number of one, and what is written to that stream would go into it.
    public static func openMissing() {
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 && errno == EBADF {
            // The lowest number that is free, so this one: those below are open by now.
            let opened = open("/dev/null", O_RDWR)
            // Without it nothing may be opened, and there is nowhere to say so.
            guard opened == stream else { _exit(1) }
        }
    }
}
