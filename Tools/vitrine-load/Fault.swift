import CLibUV

/// A way in which a request did not get its right answer; answers are counted by it.
enum Fault: Hashable, Sendable {
    /// A status that is neither 2xx nor allowed for the request.
    case status(Int)
    case noList
    case noObject
    /// Bytes that are no HTTP answer, or more of them than Content-Length says.
    case brokenFraming
    /// The server closed the connection before the answer was complete.
    case closedEarly
    case timeout
    /// libuv's code for a connection that could not be made.
    case connect(Int32)
    /// libuv's code for a connection that broke.
    case broken(Int32)

    /// Whether the waiting of such a request says something about the server's speed.
    var countsAsLatency: Bool {
        switch self {
        case .status, .noList, .noObject, .timeout: true
        case .brokenFraming, .closedEarly, .connect, .broken: false
        }
    }
}

extension Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .status(let code): "status \(code)"
        case .noList: "no list in the answer"
        case .noObject: "no JSON object in the answer"
        case .brokenFraming: "broken framing"
        case .closedEarly: "closed before the answer was complete"
        case .timeout: "timeout"
        case .connect(let code): "cannot connect: \(String(cString: uv_strerror(code)))"
        case .broken(let code): "connection broke: \(String(cString: uv_strerror(code)))"
        }
    }
}
