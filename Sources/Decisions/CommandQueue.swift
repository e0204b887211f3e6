import POSIX

/// Commands that wait for the writer: bounded in number and bytes, taken all at once.
public final class CommandQueue: Sendable {
    /// Enough for every connection of a full server to have one waiting, a few thousand batches deep in time.
    static let commandsMax = 16_384
    static let bytesMax = 64 << 20

    private struct Waiting {
        var requests: [CommandRequest] = []
        var bytes = 0
        var isClosed = false
    }

    private let waiting = Monitor(Waiting())

    /// Half of the queue is for commands that come one by one, however many come in bulk.
    public static let bulkCommandsMax = commandsMax / 2
    public static let bulkBytesMax = bytesMax / 2

    /// False when the queue is full or closed: the client may try again later. For a command of many it is full earlier.
    public func submit(_ request: CommandRequest, isBulk: Bool = false) -> Bool {
        let commandsMax = isBulk ? CommandQueue.bulkCommandsMax : CommandQueue.commandsMax
        let bytesMax = isBulk ? CommandQueue.bulkBytesMax : CommandQueue.bytesMax
        return waiting.update { waiting in
            guard !waiting.isClosed, waiting.requests.count < commandsMax, waiting.bytes + request.weight <= bytesMax
            else { return false }
            waiting.requests.append(request)
            waiting.bytes += request.weight
            return true
        }
    }

    /// Commands waiting now.
    public var depth: Int { waiting.withLock { $0.requests.count } }

    /// Takes no more commands. What is queued is still decided.
    public func close() { waiting.update { $0.isClosed = true } }

    /// All that is queued, waiting for the first; nil when closed and empty.
    func takeAll() -> [CommandRequest]? {
        waiting.wait { waiting in
            if waiting.requests.isEmpty { return waiting.isClosed ? .some(nil) : nil }
            defer {
                waiting.requests.removeAll(keepingCapacity: true)
                waiting.bytes = 0
            }
            return waiting.requests
        } ?? nil
    }
}
