import JSON

/// Why stored bytes are no event of this program: damage, or a log that a newer program wrote.
public enum EventDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case json(JSONError)
    case unknownType(String)
    /// A field that is missing or of the wrong type.
    case field(String)

    public var description: String {
        switch self {
        case .json(let error): "the event is no JSON: \(error.detail)"
        case .unknownType(let type): "there is no event type '\(type)'; was the log written by a newer program?"
        case .field(let name): "the event's field '\(name)' is missing or of the wrong type"
        }
    }
}
