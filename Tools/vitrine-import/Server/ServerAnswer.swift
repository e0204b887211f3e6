/// A server's answer to a request: what the import needs of it.
struct ServerAnswer: Equatable {
    var status = 0
    /// Seconds after which to try again, if the answer says so.
    var retryAfter: Int?
    /// Whether the server closes the connection after this answer.
    var closes = false
    var contentLength: Int?
    var isChunked = false
    var body: [UInt8] = []

    /// Reads an answer's head, without the empty line that ends it; nil when it is no HTTP/1.1 that Vitrine speaks.
    init?(head: ArraySlice<UInt8>) {
        var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)[
            ...]
        guard let statusLine = lines.popFirst(), statusLine.hasPrefix("HTTP/1.1 ") else { return nil }
        guard let status = Int(statusLine.dropFirst("HTTP/1.1 ".count).prefix(3)), (100..<600).contains(status) else {
            return nil
        }
        self.status = status
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "content-length":
                guard let length = Int(value), length >= 0 else { return nil }
                contentLength = length
            case "retry-after": retryAfter = Int(value)
            case "connection": closes = value.lowercased() == "close"
            case "transfer-encoding":
                guard value.lowercased() == "chunked" else { return nil }
                isChunked = true
            default: break
            }
        }
        // 1xx, 204 and 304 have no body and need no length.
        if status < 200 || status == 204 || status == 304 { contentLength = 0 }
        guard contentLength != nil || isChunked else { return nil }
    }
}
