/// A client that follows `/v1/events` as `text/event-stream` and reads it event by event.
final class EventStream {
    struct Event {
        var id: String
        var json: JSON
        /// The data as it came.
        var data: String
    }

    let client: Client
    let head: Answer
    private(set) var comments = 0
    private var unread: [UInt8] = []
    private var hasEnded = false

    init(
        _ server: ServerProcess, _ target: String = "/v1/events", _ headers: [String: String] = [:],
        receiveBytes: Int32? = nil
    ) throws {
        client = try Client(port: server.port, receiveBytes: receiveBytes)
        let headers = ["Accept": "text/event-stream"].merging(headers) { $1 }
        try client.send(Client.request("GET", target, headers))
        head = try client.receiveHead()
        guard head.status == 200 else { throw Client.Failure.malformed("\(head)") }
    }

    /// The next event; nil when the server ends the stream.
    func next() throws -> Event? {
        while let block = try nextBlock() {
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.allSatisfy({ $0.hasPrefix(":") }) {
                comments += 1
                continue
            }
            guard lines.count == 2, lines[0].hasPrefix("id: "), lines[1].hasPrefix("data: ") else {
                throw Client.Failure.malformed(block)
            }
            let data = lines[1].dropFirst("data: ".count)
            return Event(id: String(lines[0].dropFirst(4)), json: try JSON(Array(data.utf8)), data: String(data))
        }
        return nil
    }

    /// The positions of the next `count` events.
    func positions(_ count: Int) throws -> [Int] {
        try (0..<count).map { _ in
            guard let event = try next(), let position = event.json["position"].integer,
                EventStream.position(ofToken: event.id) == position
            else { throw Client.Failure.closed }
            return position
        }
    }

    /// The position in a token such as `0123456789abcdef-000000000000002a`.
    static func position(ofToken text: some StringProtocol) -> Int? {
        let parts = text.split(separator: "-")
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 16 }) else { return nil }
        return Int(parts[1], radix: 16)
    }

    /// Reads until a comment has come.
    func awaitComment() throws {
        let before = comments
        while comments == before {
            guard let block = try nextBlock() else { throw Client.Failure.closed }
            guard block.hasPrefix(":") else { throw Client.Failure.malformed(block) }
            comments += 1
        }
    }

    /// What stands before the next empty line.
    private func nextBlock() throws -> String? {
        while true {
            if let end = unread.firstRange(of: Array("\n\n".utf8)) {
                let block = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
                unread.removeFirst(end.upperBound)
                return block
            }
            guard !hasEnded, let chunk = try client.receiveChunk() else {
                hasEnded = true
                return nil
            }
            unread += chunk
        }
    }
}
