import Glibc

/// TERM and INT as something to wait for, and HUP as nothing. Made before any thread, which then inherits the blocked mask.
struct Signals {
    private var set = sigset_t()

    init() {
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// From now on HUP does nothing, and TERM and INT end the process as a stop: to be said before anything else. A terminal that closes
    /// or a manager that changes its mind may send them while the process starts.
    static func prepare() {
        for signal in [SIGTERM, SIGINT] {
            Glibc.signal(signal) { _ in
                // A handler may neither allocate nor lock.
                let line: StaticString = "vitrine: stopped before it served\n"
                _ = Glibc.write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
                _exit(0)
            }
        }
        signal(SIGHUP, SIG_IGN)
    }

    /// Until the server serves there is nothing to drain: a signal ends the process at once, which loses nothing.
    func handleEarlyStop() {
        var set = self.set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    func endEarlyStop() {
        var set = self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        for signal in [SIGTERM, SIGINT] { Glibc.signal(signal, SIG_DFL) }
    }

    /// Waits for the first TERM or INT. From then on an INT ends the process at once, and a TERM does nothing more: who stops
    /// services sends it twice, to a process and to its group.
    func wait() {
        var set = self.set
        var received: Int32 = 0
        while sigwait(&set, &received) != 0 {}
        sigdelset(&set, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
