/// What one loop has to do, fixed before its thread starts.
struct LoopPlan: Sendable {
    enum Mode: Sendable {
        /// Each connection sends its next request when its answer has come.
        case closed
        /// Requests are sent when they are due, over any free connection.
        case open(Pacing)
    }

    let address: ServerAddress
    let authority: String
    let workload: WorkloadPlan
    let mode: Mode
    /// A closed loop holds this many connections, an open loop opens at most this many.
    let connections: Int
    let timeout: TimeSpan
    let seed: UInt64
    /// Nanoseconds of `uv_hrtime`: what begins before this warms up and is not measured.
    let measureFrom: UInt64
    /// From here on nothing new is sent.
    let end: UInt64
}
