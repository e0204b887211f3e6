/// The bounds of one loop's connections. Times in milliseconds.
public struct LoopOptions: Sendable {
    /// Clients served at once; above it one gets 503. The sum over all loops must stay below RLIMIT_NOFILE.
    public var connectionsMaximum = 10_000
    /// Clients above the maximum that are told so at a time; further ones wait in the kernel's backlog.
    public var refusalsMaximum = 64
    /// Bytes of incomplete requests that all clients of the loop may have it hold; above, a request that grows gets 503.
    public var bufferedInputMaximum = 64 * 1024 * 1024
    /// Bytes of answers that may wait for all clients of the loop together; above, a client that does not read is closed.
    public var queuedOutputMaximum = 256 * 1024 * 1024
    /// From a head's first byte to its last, and from the connection to the first byte.
    public var headDeadline_ms: UInt64 = 10_000
    /// From the head's last byte to the body's last; of a streamed body for each MiB, or whatever its handler calls progress.
    public var bodyDeadline_ms: UInt64 = 30_000
    /// Between an answer and the next request.
    public var idleDeadline_ms: UInt64 = 60_000
    /// From the moment output has to wait until the client has read it.
    public var outputDeadline_ms: UInt64 = 30_000
    /// What running requests get when the server ends.
    public var drainDeadline_ms: UInt64 = 10_000
    /// A client served this short a time before the server ends may be sending its next request, and gets this long for it.
    /// Others that are idle are closed at once.
    public var busyClient_ms: UInt64 = 500
    /// Pages of other origins that may read answers; nil for none.
    public var crossOrigin: CrossOrigin?
    /// How coarse the deadlines are.
    public var timerGranularity_ms: UInt64 = 100

    public init() {}

    /// Lowers both maxima so that a loop never has more than `descriptors` clients, those that are turned away among them: beyond
    /// the process's limit the kernel's clients could only be dropped without an answer.
    public mutating func fit(descriptors: Int) {
        refusalsMaximum = min(refusalsMaximum, max(1, descriptors / 4))
        connectionsMaximum = max(1, min(connectionsMaximum, descriptors - refusalsMaximum))
    }
}
