/// Why a request is refused before routing. Each gets one answer, and its connection is closed.
public enum Refusal: UInt8, Error, Sendable, CaseIterable {
    case bareLineFeed, malformedRequestLine, malformedField, foldedField, emptyFieldName, spaceBeforeColon
    case controlByte, badTarget, unencodedTarget
    case missingHost, repeatedHost, badHost
    case badContentLength, repeatedContentLength, lengthWithTransferEncoding, unsupportedTransferEncoding, badChunk
    case headTimeout, bodyTimeout
    case bodyTooLarge, targetTooLong, expectationFailed, headTooLarge, tooManyFields
    case unknownMethod, overloaded, unsupportedVersion

    public var status: Status {
        switch self {
        case .headTimeout, .bodyTimeout: .requestTimeout
        case .bodyTooLarge: .contentTooLarge
        case .targetTooLong: .targetTooLong
        case .expectationFailed: .expectationFailed
        case .headTooLarge, .tooManyFields: .headTooLarge
        case .unknownMethod: .notImplemented
        case .overloaded: .unavailable
        case .unsupportedVersion: .versionNotSupported
        default: .badRequest
        }
    }

    /// The answer's body: what was wrong and, where there is one, the way out.
    public var problem: Problem {
        switch status {
        case .requestTimeout: Problem("request-timeout", .requestTimeout, "The request took too long", detail: detail)
        case .contentTooLarge: Problem("content-too-large", .contentTooLarge, "The body is too large", detail: detail)
        case .targetTooLong:
            Problem("target-too-long", .targetTooLong, "The request target is too long", detail: detail)
        case .expectationFailed:
            Problem("expectation-failed", .expectationFailed, "The expectation cannot be met", detail: detail)
        case .headTooLarge: Problem("head-too-large", .headTooLarge, "The request head is too large", detail: detail)
        case .notImplemented: Problem("unknown-method", .notImplemented, "The method is not known", detail: detail)
        case .unavailable: Problem("overloaded", .unavailable, "The server is at its limit", detail: detail)
        case .versionNotSupported:
            Problem("version-not-supported", .versionNotSupported, "The HTTP version is not supported", detail: detail)
        default: Problem("bad-request", .badRequest, "The request is malformed", detail: detail)
        }
    }

    private var detail: String {
        switch self {
        case .bareLineFeed: "A line ends without CR before LF."
        case .malformedRequestLine: "The first line is not METHOD SP target SP HTTP/1.1."
        case .malformedField: "A header field is not of the form name: value."
        case .foldedField: "A header field is folded over several lines."
        case .emptyFieldName: "A header field has no name."
        case .spaceBeforeColon: "A header field has a space before its colon."
        case .controlByte: "The head holds a byte that is not allowed there."
        case .badTarget: "The request target is neither a path, nor an http URL, nor * for OPTIONS."
        case .unencodedTarget:
            "The request target holds a byte above ASCII: percent-encode it, as in %C3%A9 for an accented e."
        case .missingHost: "The Host field is missing."
        case .repeatedHost: "There is more than one Host field."
        case .badHost: "The Host field is not a host with an optional port."
        case .badContentLength: "Content-Length is not a decimal number."
        case .repeatedContentLength: "There is more than one Content-Length."
        case .lengthWithTransferEncoding: "Content-Length and Transfer-Encoding exclude each other."
        case .unsupportedTransferEncoding: "The only Transfer-Encoding is a single chunked, in HTTP/1.1."
        case .badChunk: "The chunked body is malformed."
        case .headTimeout: "The request head was not complete in time."
        case .bodyTimeout: "The request body was not complete in time."
        case .bodyTooLarge: "A body may have at most \(Limits.bodyBytes) bytes."
        case .targetTooLong: "A target may have at most \(Limits.targetBytes) bytes."
        case .expectationFailed: "The only expectation is 100-continue."
        case .headTooLarge: "A head may have at most \(Limits.headBytes) bytes."
        case .tooManyFields: "A head may have at most \(Limits.fields) fields."
        case .unknownMethod: "Use GET, HEAD, POST or OPTIONS."
        case .overloaded: "Try again in a moment."
        case .unsupportedVersion: "Use HTTP/1.1."
        }
    }
}
