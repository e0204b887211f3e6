/// Acknowledged events that the log does not have: what proves them, and what is there instead.
public struct LogLoss: Equatable, Sendable {
    /// What is in the place of the missing events.
    public enum Found: Equatable, Sendable {
        /// No record at all.
        case nothing
        /// It ends earlier.
        case end
        /// It ends earlier, in bytes that are no record.
        case damage(segment: String, offset: Int)
        /// It has other events at these positions.
        case otherHistory
    }

    /// The path of the log.
    public let log: String
    public let found: Found
    /// The log's last position.
    public let last: UInt64
    /// The last position that was acknowledged.
    public let acknowledged: UInt64
    /// What proves it.
    public let witness: String

    /// What is missing, and what is there instead.
    var finding: String { String(description.prefix { $0 != ";" }) }

    var description: String {
        let proof =
            "but \(witness) proves that positions \(min(last, acknowledged - 1) + 1) to \(acknowledged) were acknowledged"
        let wayOut = "start vitrine with --accept-loss to go on"
        return switch found {
        case .nothing:
            "\(log) holds no events, \(proof); nothing was changed: put the log back (is its volume there?), or \(wayOut) with a new log"
        case .end:
            "\(log) ends at position \(last), \(proof); nothing was changed: put the newer log back, or \(wayOut) with this one"
        case .damage(let segment, let offset):
            "\(segment) is damaged at offset \(offset), position \(last + 1), \(proof); nothing was changed: "
                + "restore the file from a backup, or \(wayOut) with what is whole"
        case .otherHistory:
            "\(log) holds other events up to position \(last), but \(witness) was made from a history of \(acknowledged) events that it does not have; "
                + "nothing was changed: put the log of that history back, or \(wayOut) with this one"
        }
    }
}
