import JSON

/// The same GET again and again.
final class PathWorkload: Workload {
    let kinds: [String]
    /// Only the start of a wrong answer is shown.
    let bodyLimit = Readable.exampleBytes
    let findsEntityTag = false
    private let request: [UInt8]

    init(path: String, authority: String) {
        kinds = ["GET \(path)"]
        request = Array("GET \(path) HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8)
    }

    func writeRequest(to writer: inout ByteWriter) -> AnswerRule {
        writer.append(request)
        return AnswerRule(kind: 0, body: .any)
    }

    func learn(from answer: AnswerParser, to rule: AnswerRule) {}
}
