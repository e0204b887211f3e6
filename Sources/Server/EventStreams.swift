import EventLog
import EventLoop

/// The event streams of one loop: who they are, where they stand, and how the feed reaches them.
struct EventStreams {
    /// Streams of all loops together. Their steps are at most 64 KiB each: 256 MiB of bytes that wait for slow clients.
    static let countMax = 4_096
    /// Streams that are written to before the loop turns to its other clients.
    static let deliveredAtOnce = 64
    /// A comment goes out 15 s after the last one; the loop's timers are up to 100 ms late.
    static let keepAlive_ms: UInt64 = 14_900
    /// A client that has not read a step after this is dropped: it can come back with `Last-Event-ID`.
    static let stallDeadline_ms: UInt64 = 10_000

    struct Stream {
        /// Of the last event it was given.
        var position: UInt64
        /// Whether the feed knows that it wants more; else its client has not read what it was given.
        var isFollowing = true
        let isChunked: Bool
        let keepAlive: LoopTimer
    }

    let outlet: EventFeed.Outlet
    var byConnection: [UInt64: Stream] = [:]

    init(of mailbox: LoopMailbox) {
        outlet = EventFeed.Outlet(loop: ObjectIdentifier(mailbox)) { step, connections in
            mailbox.post { ($0.handler as? MarketHandler)?.deliver(step, to: connections[...], on: $0) }
        }
    }
}
