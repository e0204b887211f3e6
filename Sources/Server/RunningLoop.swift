import EventLoop
import POSIX

/// A serving thread as the rest of the process sees it.
public struct RunningLoop: Sendable {
    public let mailbox = LoopMailbox()
    public let counters = LoopCounters()
    private let thread: Thread

    /// Starts a loop on a thread of its own. `makeHandler` runs on that thread, and its handler never leaves it.
    public init(
        index: Int, options: LoopOptions,
        makeHandler: @escaping @Sendable (EventLoop, LoopMailbox) -> any RequestHandler
    ) {
        thread = Thread(name: "loop") { [mailbox, counters] in
            ServerLoop(index: index, options: options, mailbox: mailbox, counters: counters, makeHandler: makeHandler)
                .run()
        }
    }

    /// Begins to take clients. `completion` runs on the loop's thread, with the error if it cannot listen.
    public func listen(on socket: ListeningSocket, completion: @escaping @Sendable (UVError?) -> Void = { _ in }) {
        mailbox.post { server in
            do throws(UVError) {
                try server.listen(on: socket)
                completion(nil)
            } catch {
                completion(error)
            }
        }
    }

    /// Stops listening, closes idle clients and lets running requests finish; the loop ends once all clients are gone.
    ///
    /// `onQuiet` is called once, on the loop's thread, when nothing but endless answers is left: no request will come any more.
    public func drain(onQuiet: @escaping @Sendable () -> Void = {}) { mailbox.post { $0.drain(onQuiet: onQuiet) } }

    /// After `drain`: lets endless answers end, too, once they have told all that there is to tell.
    public func endStreams() { mailbox.post { $0.endStreams() } }

    /// Waits until the loop has ended. Call it once, after `drain`.
    public func join() { thread.join() }
}
