import Testing

/// A response: its status, its header fields by lower-case name, its whole body.
struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; `.absent` when it is none.
    var json: JSON { (try? JSON(body)) ?? .absent }

    subscript(header name: String) -> String? { headers[name] }

    var token: String? { headers["consistency-token"] }

    /// `insufficient-stock` of a problem whose type is `urn:vitrine:problem:insufficient-stock`.
    var problem: String? {
        let prefix = "urn:vitrine:problem:"
        guard let type = json["type"].string, type.hasPrefix(prefix) else { return nil }
        return String(type.dropFirst(prefix.count))
    }

    /// What `errors` points at: all the pointers, parameters or headers in it.
    func faults(_ name: String) -> [String] { (json["errors"].array ?? []).compactMap { $0[name].string } }
}

/// Checks that an answer is a problem of a kind in full: RFC 9457 shape, status, media type, not to be stored.
func expectProblem(
    _ answer: Answer, _ status: Int, _ kind: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
    #expect(answer[header: "content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    #expect(answer[header: "cache-control"] == "no-store", sourceLocation: sourceLocation)
    #expect(answer.json["status"] == .integer(status), "\(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.problem != nil, "type in \(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.json["title"].string?.isEmpty == false, "\(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.json["detail"].string?.isEmpty == false, "\(answer.text)", sourceLocation: sourceLocation)
    if let kind { #expect(answer.problem == kind, "\(answer.text)", sourceLocation: sourceLocation) }
}
