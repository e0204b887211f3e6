import Glibc

/// Finds the end of a head in bytes that arrive in any portions, looking at each byte once.
///
/// It refuses what need not be waited for: a line without CR, and what is over a bound already.
public struct HeadScanner: Sendable {
    public enum Progress: Equatable, Sendable {
        case incomplete
        /// The head's length, with its blank line.
        case complete(Int)
        case refused(Refusal)
    }

    private var lineStart = 0
    private var searched = 0
    private var lines = 0

    public init() {}

    /// `bytes` are all bytes of the request so far, the ones of earlier calls included.
    public mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Progress {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return .incomplete }
        // What cannot begin a method, such as a TLS handshake, is no HTTP and need not be waited for.
        if searched == 0 && !bytes[0].isTokenByte { return .refused(.malformedRequestLine) }
        while let found = memchr(base + searched, 0x0A, bytes.count - searched) {
            let lineFeed = UnsafeRawPointer(found) - base
            guard lineFeed > lineStart, bytes[lineFeed - 1] == 0x0D else { return .refused(.bareLineFeed) }
            if lineFeed >= Limits.headBytes { return .refused(tooLong(lineFeed)) }
            if lineFeed - lineStart == 1 { return .complete(lineFeed + 1) }
            lineStart = lineFeed + 1
            searched = lineStart
            lines += 1
            if lines > Limits.fields + 1 { return .refused(.tooManyFields) }
        }
        searched = bytes.count
        if searched >= Limits.headBytes || lines == 0 && searched > Self.requestLineBytes {
            return .refused(tooLong(searched))
        }
        return .incomplete
    }

    /// A line this long has a target over its bound, however long its method.
    private static let requestLineBytes = Limits.targetBytes + 64

    private func tooLong(_ end: Int) -> Refusal {
        lines == 0 && end > Self.requestLineBytes ? .targetTooLong : .headTooLarge
    }
}

extension UInt8 {
    /// RFC 9110 `tchar`.
    var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
