/// The bounds of one loop's connections. Times in milliseconds.
public struct LoopOptions: Sendable {
    /// Clients served at once; above it one gets 503. The sum over all loops must stay below RLIMIT_NOFILE.
    public var connectionsMaximum = 10_000
    /// Clients above the maximum that are told so at a time; further ones wait in the kernel's backlog.
    public var refusalsMaximum = 64
    /// From a head's first byte to its last, and from the connection to the first byte.
    public var headDeadline_ms: UInt64 = 10_000
    /// From the head's last byte to the body's last.
    public var bodyDeadline_ms: UInt64 = 30_000
    /// Between an answer and the next request.
    public var idleDeadline_ms: UInt64 = 60_000
    /// From the moment output has to wait until the client has read it.
    public var outputDeadline_ms: UInt64 = 30_000
    /// What running requests get when the server ends.
    public var drainDeadline_ms: UInt64 = 10_000
    /// How coarse all of these are.
    public var timerGranularity_ms: UInt64 = 100

    public init() {}
}
