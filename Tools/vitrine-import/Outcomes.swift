/// What became of the commands of an import.
struct Outcomes: Equatable, Sendable {
    /// Accepted, and something happened.
    private(set) var accepted = 0
    /// Accepted in an earlier run: the first outcome was replayed.
    private(set) var replayed = 0
    /// Accepted, but all was so already.
    private(set) var unchanged = 0
    /// Refused: how many by the problem's name, such as `duplicate-id`.
    private(set) var rejectedByReason: [String: Int] = [:]
    /// The first refused commands, to be shown.
    private(set) var firstRejections: [String] = []
    /// Verdicts that are not counted but wanted.
    private var tagged: [TaggedVerdict] = []

    /// How many refused commands are shown in full.
    static let rejectionsShownMax = 5

    var rejected: Int { rejectedByReason.values.reduce(0, +) }
    var sent: Int { accepted + replayed + unchanged + rejected }

    mutating func add(_ verdict: Verdict, of command: ImportCommand) {
        if let tag = command.tag { return tagged.append(TaggedVerdict(tag: tag, verdict: verdict)) }
        switch verdict {
        case .accepted: accepted += 1
        case .replayed: replayed += 1
        case .unchanged: unchanged += 1
        case .rejected(let refusal):
            rejectedByReason[refusal.reason, default: 0] += 1
            if firstRejections.count < Self.rejectionsShownMax {
                firstRejections.append("\(command.label): \(refusal.reason): \(refusal.detail)")
            }
        }
    }

    mutating func takeVerdicts() -> [TaggedVerdict] {
        defer { tagged = [] }
        return tagged
    }
}
