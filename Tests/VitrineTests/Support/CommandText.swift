/// A line of `POST /v1/commands`.
struct CommandText {
    let text: String

    init(_ name: String, _ data: JSON, key: String? = nil) {
        let key: JSON = key.map { .string($0) } ?? .absent
        text = JSON.object(["command": .string(name), "data": data]).with(["idempotencyKey": key]).text
    }

    static func adjust(_ delta: Int, key: String? = nil) -> String {
        CommandText("AdjustStock", ["productId": "lamp", "delta": .integer(delta)], key: key).text
    }
}

/// What came back: an answer for each line, and the last line.
struct LineAnswers {
    let head: Answer
    let answers: [JSON]
    let summary: JSON

    init(_ answer: Answer) throws {
        let lines = try answer.body.split(separator: UInt8(ascii: "\n")).map { try JSON(Array($0)) }
        guard let last = lines.last else { throw Client.Failure.malformed("no last line: \(answer)") }
        (head, answers, summary) = (answer, Array(lines.dropLast()), last)
    }

    var statuses: [Int?] { answers.map { $0["status"].integer } }
    var numbers: [Int?] { answers.map { $0["line"].integer } }

    /// `insufficient-stock` of a line that was rejected.
    func problem(_ index: Int) -> String? {
        answers[index]["error"]["type"].string.map { String($0.dropFirst("urn:vitrine:problem:".count)) }
    }
}

extension Client {
    /// Sends lines in one request, with a length or in chunks that end anywhere.
    func lines(_ lines: [String], chunkBytes: Int? = nil, _ headers: [String: String] = [:]) throws -> LineAnswers {
        try text(lines.map { $0 + "\n" }.joined(), chunkBytes: chunkBytes, headers)
    }

    func text(_ text: String, chunkBytes: Int? = nil, _ headers: [String: String] = [:]) throws -> LineAnswers {
        let headers = ["Content-Type": "application/x-ndjson"].merging(headers) { $1 }
        let body = Array(text.utf8)
        guard let chunkBytes else { return try LineAnswers(exchange("POST", "/v1/commands", headers, body: body)) }
        try send(
            Client.request("POST", "/v1/commands", headers.merging(["Transfer-Encoding": "chunked"]) { $1 }))
        for start in stride(from: 0, to: body.count, by: chunkBytes) {
            let chunk = body[start..<min(start + chunkBytes, body.count)]
            try send(Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + Array("\r\n".utf8))
        }
        try send(Array("0\r\n\r\n".utf8))
        return try LineAnswers(receive())
    }
}
