/// The parts of an `http://` URL that a load run needs.
struct TargetURL: Equatable, Sendable {
    /// A name or an address, without the brackets of IPv6.
    let host: String
    let port: UInt16
    /// Path and query; nil when the URL ends after its authority or with the slash behind it.
    let path: String?

    /// What the Host field says.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    static func parse(_ text: String) throws(LoadError) -> TargetURL {
        let lowered = text.lowercased()
        if lowered.hasPrefix("https://") {
            throw LoadError(
                "\(text): https is not supported; point at the server's http:// address behind the TLS proxy")
        }
        guard lowered.hasPrefix("http://") else {
            throw LoadError("'\(text)' is no URL; write it as http://127.0.0.1:8080")
        }
        let rest = text.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let (host, port) = try parse(authority: authority, of: text)
        let tail = rest.dropFirst(authority.count).prefix { $0 != "#" }
        guard !tail.isEmpty, tail != "/" else { return TargetURL(host: host, port: port, path: nil) }
        let path = tail.hasPrefix("?") ? "/" + tail : String(tail)
        return TargetURL(host: host, port: port, path: try checked(path: path))
    }

    /// A path that can stand in a request line as it is.
    static func checked(path: String) throws(LoadError) -> String {
        guard path.hasPrefix("/") else { throw LoadError("path '\(path)' must begin with a slash, like /v1/products") }
        for byte in path.utf8 where byte <= 0x20 || byte >= 0x7F {
            throw LoadError(
                "path '\(path)' holds a space, a control or a non-ASCII byte; percent-encode it, a space as %20")
        }
        return path
    }

    private static func parse(authority: Substring, of url: String) throws(LoadError) -> (String, UInt16) {
        guard !authority.contains("@") else {
            throw LoadError("\(url): a user name in the URL is not supported; leave out what stands before the @")
        }
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw LoadError("\(url): the address has no closing bracket; write it as http://[::1]:8080")
            }
            host = authority[..<end].dropFirst()
            let after = authority[end...].dropFirst()
            guard after.isEmpty || after.hasPrefix(":") else {
                throw LoadError("\(url): only a port may follow the address; write it as http://[::1]:8080")
            }
            if !after.isEmpty { port = after.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[colon...].dropFirst()
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw LoadError("\(url): no host in it; write it as http://127.0.0.1:8080")
        }
        guard let port else { return (String(host), 80) }
        guard let number = UInt16(port), number > 0 else {
            throw LoadError("\(url): '\(port)' is no port; it must be 1 to 65535")
        }
        return (String(host), number)
    }
}
