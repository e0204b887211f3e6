import JSON

extension Verdict {
    /// One for each of `commands`, from the lines of the answer. Throws when it says that no other command would fare better.
    static func of(
        _ answer: ServerAnswer, to commands: [ImportCommand], from address: ServerAddress, parser: inout JSONParser
    ) throws(ImportError) -> [Verdict] {
        let server = "--server \(address.text)"
        guard answer.status == 200 else {
            guard let document = AnswerDocument(answer.body, parser: &parser) else {
                throw ImportError("\(server) answers with \(answer.status) and no JSON; give the address of a vitrine")
            }
            throw hopeless(answer.status, document, to: commands[0], server)
        }
        let lines = answer.body.split(separator: UInt8(ascii: "\n"))
        // The last line is the summary.
        guard lines.count == commands.count + 1 else {
            throw ImportError(
                "\(server) answers \(commands.count) lines with \(lines.count - 1); give the address of a vitrine")
        }
        var verdicts: [Verdict] = []
        for (command, line) in zip(commands, lines) {
            guard let document = AnswerDocument([UInt8](line), parser: &parser), let status = document.status else {
                throw ImportError("\(server) answers \(command.name) with no JSON; give the address of a vitrine")
            }
            switch status {
            case 200 where document.isReplayed: verdicts.append(.replayed)
            case 200: verdicts.append(document.saysNothingHappened ? .unchanged : .accepted)
            case 400, 409, 413, 422:
                let reason = document.reason ?? "status \(status)"
                verdicts.append(
                    .rejected(
                        Refusal(
                            reason: reason, detail: document.detail, available: document.available,
                            productId: document.productId, owner: document.owner)))
            default: throw hopeless(status, document, to: command, server)
            }
        }
        return verdicts
    }

    private static func hopeless(
        _ status: Int, _ document: AnswerDocument, to command: ImportCommand, _ server: String
    ) -> ImportError {
        let (reason, detail) = (document.reason ?? "status \(status)", document.detail)
        if status == 403, reason == "imports-off" {
            return ImportError("\(server) takes no imports (imports-off); start vitrine with --accept-imports")
        }
        if status == 507 {
            return ImportError(
                "\(server) has no room left on its disk (\(detail)); make room and run the import again, what it took it keeps"
            )
        }
        return ImportError(
            "\(server) answers \(command.label) with \(status) (\(reason): \(detail)); "
                + "see the server's log and that the address is a vitrine's")
    }
}

extension ServerAnswer {
    /// Whether the server was too busy, or too slow to read, to decide the commands.
    var asksToRetry: Bool { status == 429 || status == 503 || status == 408 }
}
