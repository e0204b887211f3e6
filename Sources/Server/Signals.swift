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

    /// From now on HUP does nothing, at any time: to be said before anything else, as a terminal that closes or a manager that
    /// asks for a reload may send it while the process starts.
    static func ignoreHangUps() { signal(SIGHUP, SIG_IGN) }

    /// Until the server serves there is nothing to drain: a signal ends the process at once, which loses nothing.
    func handleEarlyStop() {
        var set = self.set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    func endEarlyStop() {
        var set = self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the first TERM or INT. From then on a second one ends the process at once.
    func wait() {
        var set = self.set
        var received: Int32 = 0
        while sigwait(&set, &received) != 0 {}
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
