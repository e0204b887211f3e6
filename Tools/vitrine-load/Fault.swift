import CLibUV

/// A way in which a request did not get its right answer; answers are counted by it.
enum Fault: Hashable, Sendable {
    /// A status that is neither 2xx nor allowed for the request.
    case status(Int)
    case noToken
    case noEntityTag
    /// It is not said to be JSON, or is none.
    case noJSON
    case noList
    case noObject
    /// A member of an item is missing or of another type.
    case noCard
    case otherThanAsked
    case notSorted
    case repeated
    case badAmount
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
        case .status, .noToken, .noEntityTag, .noJSON, .noList, .noObject, .noCard, .otherThanAsked, .notSorted,
            .repeated, .badAmount, .timeout:
            true
        case .brokenFraming, .closedEarly, .connect, .broken: false
        }
    }
}

extension Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .status(let code): "status \(code)"
        case .noToken: "no Consistency-Token"
        case .noEntityTag: "no ETag"
        case .noJSON: "no JSON in the answer"
        case .noList: "no list in the answer"
        case .noObject: "no such object in the answer"
        case .noCard: "an item lacks a member"
        case .otherThanAsked: "other things than were asked for"
        case .notSorted: "not in the order that was asked for"
        case .repeated: "an item twice in a page"
        case .badAmount: "an amount out of its bounds"
        case .brokenFraming: "broken framing"
        case .closedEarly: "closed before the answer was complete"
        case .timeout: "timeout"
        case .connect(let code): "cannot connect: \(String(cString: uv_strerror(code)))"
        case .broken(let code): "connection broke: \(String(cString: uv_strerror(code)))"
        }
    }
}
