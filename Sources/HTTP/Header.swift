/// The header fields the server reads. All others are checked for their form and skipped.
public enum Header: UInt8, Sendable, CaseIterable {
    case host, accept, origin, expect, prefer, connection, traceparent
    case contentType, contentEncoding, contentLength, transferEncoding
    case ifNoneMatch, lastEventID, idempotencyKey, consistencyToken
    case accessControlRequestMethod, accessControlRequestHeaders

    /// The name in lower case.
    public var name: StaticString {
        switch self {
        case .host: "host"
        case .accept: "accept"
        case .origin: "origin"
        case .expect: "expect"
        case .prefer: "prefer"
        case .connection: "connection"
        case .traceparent: "traceparent"
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .ifNoneMatch: "if-none-match"
        case .lastEventID: "last-event-id"
        case .idempotencyKey: "idempotency-key"
        case .consistencyToken: "consistency-token"
        case .accessControlRequestMethod: "access-control-request-method"
        case .accessControlRequestHeaders: "access-control-request-headers"
        }
    }

    /// Nil for a name the server does not read. The name's length leaves at most four candidates.
    init?(name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4: self.init(name, .host)
        case 6: self.init(name, .accept, .origin, .expect, .prefer)
        case 10: self.init(name, .connection)
        case 11: self.init(name, .traceparent)
        case 12: self.init(name, .contentType)
        case 13: self.init(name, .ifNoneMatch, .lastEventID)
        case 14: self.init(name, .contentLength)
        case 15: self.init(name, .idempotencyKey)
        case 16: self.init(name, .contentEncoding)
        case 17: self.init(name, .consistencyToken, .transferEncoding)
        case 29: self.init(name, .accessControlRequestMethod)
        case 30: self.init(name, .accessControlRequestHeaders)
        default: return nil
        }
    }

    private init?(
        _ name: UnsafeRawBufferPointer, _ first: Header, _ second: Header? = nil, _ third: Header? = nil,
        _ fourth: Header? = nil
    ) {
        if name.equalsIgnoringCase(first.name) {
            self = first
        } else if let second, name.equalsIgnoringCase(second.name) {
            self = second
        } else if let third, name.equalsIgnoringCase(third.name) {
            self = third
        } else if let fourth, name.equalsIgnoringCase(fourth.name) {
            self = fourth
        } else {
            return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Compares with a lower-case literal of letters and hyphens, in any case.
    @inline(__always)
    func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        let expected = literal.utf8Start
        for index in 0..<count where self[index] | 0x20 != expected[index] { return false }
        return true
    }
}
