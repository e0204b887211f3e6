/// Why bytes are not one JSON text.
public enum JSONError: Error, Equatable, Sendable {
    case empty
    case notUTF8
    /// Nested deeper than `JSONParser.depthLimit`.
    case tooDeep
    /// Anything else that RFC 8259 forbids, bytes behind the text included.
    case malformed

    /// One sentence for the `detail` of a problem.
    public var detail: String {
        switch self {
        case .empty: "Expected JSON, found nothing."
        case .notUTF8: "The JSON is not valid UTF-8."
        case .tooDeep: "The JSON is nested deeper than \(JSONParser.depthLimit) levels."
        case .malformed: "This is not valid JSON."
        }
    }
}
