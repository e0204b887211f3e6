/// Where a running server is: `http://host:port`.
struct ServerAddress: Equatable, Sendable {
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: UInt16
    /// As it was given, for errors.
    let text: String

    init(_ text: String) throws(ImportError) {
        let error = ImportError("--server \(text) is no address of a server; give one like http://127.0.0.1:8080")
        guard text.hasPrefix("http://") else { throw error }
        var rest = text.dropFirst("http://".count)
        if rest.last == "/" { rest.removeLast() }
        var portText: Substring?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw error }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            let behind = rest[rest.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else { throw error }
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw error }
            host = String(parts.first ?? "")
            portText = parts.count == 2 ? parts[1] : nil
        }
        // What stands in the Host header must not be able to end it.
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }) else {
            throw error
        }
        guard let portText else {
            (port, self.text) = (80, text)
            return
        }
        guard let number = UInt16(portText), number > 0 else { throw error }
        (port, self.text) = (number, text)
    }

    /// The value of the Host header.
    var hostHeader: String { (host.contains(":") ? "[\(host)]" : host) + (port == 80 ? "" : ":\(port)") }
}
