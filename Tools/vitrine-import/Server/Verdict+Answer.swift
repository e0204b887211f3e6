import JSON

extension Verdict {
    /// What a server's answer means for a command. Throws when the answer says that no other command would fare better.
    init(
        _ answer: ServerAnswer, to command: ImportCommand, from address: ServerAddress, parser: inout JSONParser
    ) throws(ImportError) {
        let server = "--server \(address.text)"
        guard let document = AnswerDocument(answer.body, parser: &parser) else {
            throw ImportError(
                "\(server) answers \(command.name) with \(answer.status) and no JSON; give the address of a vitrine")
        }
        let (reason, detail) = (document.reason ?? "status \(answer.status)", document.detail)
        switch answer.status {
        case 200 where answer.isReplayed: self = .replayed
        case 200: self = document.saysNothingHappened ? .unchanged : .accepted
        case 403 where reason == "imports-off":
            throw ImportError("\(server) takes no imports (imports-off); start vitrine with --accept-imports")
        case 507:
            throw ImportError(
                "\(server) has no room left on its disk (\(detail)); make room and run the import again, what it took it keeps"
            )
        case 400, 409, 413, 422:
            self = .rejected(Refusal(reason: reason, detail: detail, available: document.available))
        default:
            throw ImportError(
                "\(server) answers \(command.label) with \(answer.status) (\(reason): \(detail)); "
                    + "see the server's log and that the address is a vitrine's")
        }
    }
}

extension ServerAnswer {
    /// Whether the server was too busy, or too slow to read, to decide the command.
    var asksToRetry: Bool { status == 429 || status == 503 || status == 408 }
}
