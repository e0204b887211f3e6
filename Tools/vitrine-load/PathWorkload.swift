import JSON

/// The same GET again and again.
final class PathWorkload: Workload {
    let kinds: [String]
    private let request: [UInt8]
    /// Of so many answers one is read whole: to read each would take a tenth of what small answers take.
    private static let readStride = 16
    private var count = 0

    init(path: String, authority: String) {
        kinds = ["GET \(path)"]
        request = Array("GET \(path) HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8)
    }

    func writeRequest(to writer: inout ByteWriter) -> AnswerRule {
        writer.append(request)
        defer { count += 1 }
        return AnswerRule(kind: 0, body: count % Self.readStride == 0 ? .any : .unread)
    }

    func learn(from answer: AnswerParser, to rule: AnswerRule) {}
}
