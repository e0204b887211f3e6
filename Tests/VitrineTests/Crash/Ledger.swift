/// What one client sent and what it was told.
struct Ledger: Sendable {
    struct Entry: Sendable {
        let name: String
        let body: JSON
        let key: String
        /// The accepted answer's body; nil while the command is unanswered.
        var answer: JSON?

        var position: Int? { answer?["position"].integer }
        /// False for a command that was accepted and changed nothing.
        var hasEvent: Bool { answer?["events"].array?.isEmpty == false }
    }

    let client: Int
    private(set) var entries: [Entry] = []
    /// Commands that the last server did not answer.
    private(set) var unanswered: [Entry] = []
    private(set) var rejectedCount = 0
    private(set) var sentCount = 0

    init(client: Int) { self.client = client }

    mutating func send(_ name: String, _ body: JSON) -> Entry {
        sentCount += 1
        let entry = Entry(name: name, body: body, key: "client-\(client)-\(sentCount)")
        unanswered.append(entry)
        return entry
    }

    /// Notes the answer to the oldest unanswered command.
    mutating func note(_ answer: Answer) throws {
        var entry = unanswered.removeFirst()
        switch answer.status {
        case 200:
            entry.answer = answer.json
            entries.append(entry)
        case 409: rejectedCount += 1
        default: throw Unexpected.answer(entry.name, answer.status, answer.text)
        }
    }

    enum Unexpected: Error { case answer(String, Int, String) }
}
