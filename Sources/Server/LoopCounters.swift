import Synchronization

/// What a loop has done so far, readable from any thread.
public final class LoopCounters: Sendable {
    /// Plain numbers of the loop's own; published once a tick.
    struct Values {
        var connections = 0
        var accepted = 0
        var refusedConnections = 0
        var requests = 0
        var refusedRequests = 0
        var bytesIn = 0
        var bytesOut = 0
    }

    private let openConnections = Atomic(0)
    private let acceptedTotal = Atomic(0)
    private let refusedConnectionsTotal = Atomic(0)
    private let requestsTotal = Atomic(0)
    private let refusedRequestsTotal = Atomic(0)
    private let bytesInTotal = Atomic(0)
    private let bytesOutTotal = Atomic(0)

    init() {}

    func publish(_ values: Values) {
        openConnections.store(values.connections, ordering: .relaxed)
        acceptedTotal.store(values.accepted, ordering: .relaxed)
        refusedConnectionsTotal.store(values.refusedConnections, ordering: .relaxed)
        requestsTotal.store(values.requests, ordering: .relaxed)
        refusedRequestsTotal.store(values.refusedRequests, ordering: .relaxed)
        bytesInTotal.store(values.bytesIn, ordering: .relaxed)
        bytesOutTotal.store(values.bytesOut, ordering: .relaxed)
    }

    /// Connections open now.
    public var connections: Int { openConnections.load(ordering: .relaxed) }
    /// Clients that connected.
    public var accepted: Int { acceptedTotal.load(ordering: .relaxed) }
    /// Clients turned away because the loop was full.
    public var refusedConnections: Int { refusedConnectionsTotal.load(ordering: .relaxed) }
    /// Requests given to the handler.
    public var requests: Int { requestsTotal.load(ordering: .relaxed) }
    /// Requests refused before routing.
    public var refusedRequests: Int { refusedRequestsTotal.load(ordering: .relaxed) }
    public var bytesIn: Int { bytesInTotal.load(ordering: .relaxed) }
    public var bytesOut: Int { bytesOutTotal.load(ordering: .relaxed) }
}
