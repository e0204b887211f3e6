import Glibc

/// The authority of an `http` URL and the value of Host: `uri-host [ ":" port ]` as RFC 3986 spells it, without user
/// information.
enum Authority {
    private static let portMax = 65_535

    /// Whether `text` is a host that is not empty, with or without a port.
    static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first, let end = first == UInt8(ascii: "[") ? literalEnd(text) : nameEnd(text) else {
            return false
        }
        return end > 0 && isPort(UnsafeRawBufferPointer(rebasing: text[end...]))
    }

    /// Where a `reg-name` ends, of which dotted IPv4 addresses are a part; nil if an escape in it is malformed.
    private static func nameEnd(_ text: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte.isNameByte {
                index += 1
            } else if byte == UInt8(ascii: "%") {
                guard index + 2 < text.count, text[index + 1].hexDigit != nil, text[index + 2].hexDigit != nil else {
                    return nil
                }
                index += 3
            } else {
                break
            }
        }
        return index
    }

    /// Where an address in brackets ends; nil if it is none.
    private static func literalEnd(_ text: UnsafeRawBufferPointer) -> Int? {
        guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let address = UnsafeRawBufferPointer(rebasing: text[1..<bracket])
        let isFuture = address.first.map { $0 | 0x20 == UInt8(ascii: "v") } ?? false
        return (isFuture ? isFutureAddress(address) : isIPv6(address)) ? bracket + 1 : nil
    }

    /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
    private static func isFutureAddress(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let dot = text.firstIndex(of: UInt8(ascii: ".")), dot > 1, dot + 1 < text.count else { return false }
        return text[1..<dot].allSatisfy { $0.hexDigit != nil }
            && text[(dot + 1)...].allSatisfy { $0.isNameByte || $0 == UInt8(ascii: ":") }
    }

    private static func isIPv6(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count < Int(INET6_ADDRSTRLEN) else { return false }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { copy in
            for index in 0..<text.count { copy[index] = CChar(bitPattern: text[index]) }
            copy[text.count] = 0
            var address = in6_addr()
            // A NUL within the text would end it early: it is no address either.
            return inet_pton(AF_INET6, copy.baseAddress!, &address) == 1 && !text.contains(0)
        }
    }

    /// Nothing, or a colon and digits; RFC 3986 lets them be left out.
    private static func isPort(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        guard first == UInt8(ascii: ":") else { return false }
        var port = 0
        for byte in text[1...] {
            guard byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") else { return false }
            port = port * 10 + Int(byte - UInt8(ascii: "0"))
            guard port <= portMax else { return false }
        }
        return true
    }
}

extension UInt8 {
    /// RFC 3986 `unreserved` and `sub-delims`.
    fileprivate var isNameByte: Bool {
        // One bit a byte: digits and `!$&'()*+,-.;=` below 0x40; letters and `_~` from there on.
        let bits: UInt64 = self < 0x40 ? 0x2BFF_7FD2_0000_0000 : 0x47FF_FFFE_87FF_FFFE
        return self < 0x80 && bits >> UInt64(self & 0x3F) & 1 != 0
    }
}
