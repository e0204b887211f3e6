import LMDB
import Marketplace

/// Why an event could not be applied.
public enum ViewError: Error, CustomStringConvertible {
    /// The environment failed; `LMDBError.isDiskFull` may pass.
    case storage(LMDBError)
    /// The event names something that no event before it made: the log and its decisions disagree with the views.
    case unknown(kind: StaticString, id: Text)

    public var description: String {
        switch self {
        case .storage(let error): error.description
        case .unknown(let kind, let id): "it names \(kind) \(id), which no earlier event made"
        }
    }
}
