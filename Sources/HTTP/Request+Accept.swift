extension Request {
    /// Whether Accept names the media type, which is given in lower case, with a weight above zero. A range such as `*/*` does not
    /// name it.
    public func accepts(_ mediaType: String) -> Bool {
        var accepts = false
        forEachValue(.accept) { line in
            let text = line.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.lowercased()
            for range in text.splitOutsideQuotes(at: ",") {
                let parts = range.splitOutsideQuotes(at: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
                let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
                if parts.first == mediaType, !isRefused { accepts = true }
            }
        }
        return accepts
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The parts between separators; a quoted string (RFC 9110, 5.6.4) is not cut.
    fileprivate func splitOutsideQuotes(at separator: Character) -> [Substring] {
        var (isQuoted, isEscaped) = (false, false)
        return split { character in
            if isEscaped {
                isEscaped = false
            } else if isQuoted && character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            }
            return !isQuoted && character == separator
        }
    }
}
