/// What became of the commands of an import.
struct Outcomes: Equatable, Sendable {
    /// Accepted, and something happened.
    var accepted = 0
    /// Accepted in an earlier run: the first outcome was replayed.
    var replayed = 0
    /// Accepted, but all was so already.
    var unchanged = 0
    /// Refused: how many by the problem's name, such as `duplicate-id`.
    private(set) var rejectedByReason: [String: Int] = [:]
    /// The first refused commands, to be shown.
    private(set) var firstRejections: [String] = []

    /// How many refused commands are shown in full.
    static let rejectionsShownMax = 5

    var rejected: Int { rejectedByReason.values.reduce(0, +) }
    var sent: Int { accepted + replayed + unchanged + rejected }

    mutating func addRejection(of command: ImportCommand, reason: String, detail: String) {
        rejectedByReason[reason, default: 0] += 1
        if firstRejections.count < Self.rejectionsShownMax {
            firstRejections.append("\(command.name) \(command.idempotencyKey): \(reason): \(detail)")
        }
    }
}
