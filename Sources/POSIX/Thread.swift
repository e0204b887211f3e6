import Glibc
import Synchronization

/// A POSIX thread of its own: Vitrine's loops, writer and projector block or poll, so they own their threads.
public final class Thread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    /// Starts a thread that runs `body` to its end. `name` is what `top -H` shows; at most 15 bytes.
    public init(name: StaticString, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { argument in
                let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                nameThread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        // Only a machine out of threads or memory refuses, and nothing can serve without its threads.
        guard code == 0 else {
            Exhaustion.stop(
                "cannot start the thread '\(name)': \(String(cString: strerror(code)))",
                wayOut: "raise the limits of threads and memory (ulimit -u, ulimit -v), or ask for fewer threads")
        }
        self.handle = handle
    }

    /// A thread that nobody joins gives its stack back when it ends.
    deinit {
        if !isJoined.load(ordering: .acquiring) { pthread_detach(handle) }
    }

    /// Waits until the thread has ended. Call it once.
    public func join() {
        isJoined.store(true, ordering: .releasing)
        pthread_join(handle, nil)
    }

    private final class Body: Sendable {
        let name: StaticString
        let run: @Sendable () -> Void
        init(name: StaticString, run: @escaping @Sendable () -> Void) { (self.name, self.run) = (name, run) }
    }
}

/// Glibc's `pthread_setname_np` is hidden from Swift; the kernel takes the name here too. A thread without its name works.
private func nameThread(_ name: StaticString) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name.utf8Start, min(name.utf8CodeUnitCount, 15))
    close(file)
}
