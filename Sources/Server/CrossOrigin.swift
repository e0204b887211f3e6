import JSON

/// Which pages of other origins may read answers (CORS), and the header fields that tell their browsers so.
///
/// The fields are spelled once, at start; an answer only appends those of its request's origin.
public struct CrossOrigin: Sendable {
    /// What pages may read of an answer beyond what browsers always let them.
    private static let exposed =
        "Access-Control-Expose-Headers: Consistency-Token, ETag, Retry-After, Idempotent-Replayed\r\n"

    /// How long a browser may remember the answer to a preflight; Chromium takes no longer time.
    private static let preflightSeconds = 7_200

    /// The header fields that answer a preflight, beside those of every answer.
    static let preflightFields = """
        Access-Control-Allow-Methods: GET, HEAD, POST\r
        Access-Control-Allow-Headers: Content-Type, Consistency-Token, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer\r
        Access-Control-Max-Age: \(preflightSeconds)\r

        """

    /// Whether every origin is allowed.
    let isAny: Bool
    private let origins: [[UInt8]]
    /// For requests of no allowed origin, then for each of `origins`.
    private let fields: [[UInt8]]

    /// Reads origins with commas between them, such as `https://shop.example,http://127.0.0.1:3000`; `*` is every origin.
    /// Nil if one is malformed or there is none.
    public init?(_ list: String) {
        var origins: [String] = []
        var isAny = false
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let text = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            if text == "*" {
                isAny = true
            } else if let origin = CrossOrigin.normalized(text) {
                origins.append(origin)
            } else {
                return nil
            }
        }
        self.isAny = isAny
        if isAny {
            // The same for everybody, so that caches need not tell origins apart.
            self.origins = []
            fields = [Array(("Access-Control-Allow-Origin: *\r\n" + CrossOrigin.exposed).utf8)]
        } else {
            self.origins = origins.map { Array($0.utf8) }
            let allowed = origins.map { "Access-Control-Allow-Origin: \($0)\r\n\(CrossOrigin.exposed)Vary: Origin\r\n" }
            fields = (["Vary: Origin\r\n"] + allowed).map { Array($0.utf8) }
        }
    }

    /// The number of a request's origin, for `fields(_:)`: 0 when it has none or none that was listed.
    func number(of origin: RawSpan?) -> Int {
        guard let origin else { return 0 }
        for (index, allowed) in origins.enumerated() where origin.equals(allowed) { return index + 1 }
        return 0
    }

    /// The header fields of every answer to an origin of this number.
    func fields(_ number: Int) -> [UInt8] { fields[number] }

    // MARK: Origins

    /// An origin as browsers spell it (RFC 6454, section 6.2): in lower case, without its scheme's own port.
    private static func normalized(_ text: String) -> String? {
        let text = text.lowercased()
        guard text.utf8.count <= 256, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let (scheme, rest) = (text[..<colon], text[text.index(after: colon)...])
        guard scheme.utf8.first?.isLowerLetter == true, scheme.utf8.allSatisfy({ $0.isSchemeByte }),
            rest.hasPrefix("//")
        else { return nil }
        let authority = rest.dropFirst(2)
        // A colon behind the last bracket separates the port; those within brackets are an IPv6 address.
        let portColon = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
        let host = authority[..<(portColon ?? authority.endIndex)]
        guard isHost(host) else { return nil }
        guard let portColon else { return text }
        let port = authority[authority.index(after: portColon)...]
        guard port.utf8.allSatisfy({ $0.isDigit }), let number = UInt16(port), number > 0 else { return nil }
        let isDefault = scheme == "http" && number == 80 || scheme == "https" && number == 443
        return "\(scheme)://\(host)" + (isDefault ? "" : ":\(number)")
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return address.contains(":")
                && address.utf8.allSatisfy { $0.isDigit || "abcdef:.".utf8.contains($0) }
        }
        return !host.isEmpty
            && host.utf8.allSatisfy { $0.isDigit || $0.isLowerLetter || "-._".utf8.contains($0) }
    }
}

extension RawSpan {
    fileprivate func equals(_ bytes: [UInt8]) -> Bool {
        byteCount == bytes.count && withUnsafeBytes { $0.elementsEqual(bytes) }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLowerLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    fileprivate var isSchemeByte: Bool { isDigit || isLowerLetter || "+-.".utf8.contains(self) }
}
