import Glibc

/// Takes the chunks off a body, in place, in whatever portions it arrives. Extensions and trailers are read and dropped.
///
/// The input is strict: sizes are hexadecimal digits, extensions are well formed, every line ends with CRLF.
public struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case size, extensions, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailer, trailerLineFeed, lastLineFeed
        case done
    }

    private var state = State.size
    /// Bytes of the current chunk still to come.
    private var remaining = 0
    private var sizeDigits = 0
    private var extensions = ChunkExtensions()
    /// Bytes of the current size line's extensions.
    private var lineBytes = 0
    private var trailerBytes = 0
    /// Whether the trailer line's name has ended.
    private var hasTrailerName = false
    /// Bytes of content that the last call of `decode` has moved to the start, also when it threw.
    public private(set) var content = 0

    public init() {}

    public var isDone: Bool { state == .done }

    /// Decodes `bytes` and moves the content to their start. Gives how many bytes of input were used up, which is all of
    /// them unless the body ended, and how many bytes of content they held. `limit` bounds this content.
    public mutating func decode(
        _ bytes: UnsafeMutableRawBufferPointer, limit: Int
    ) throws(Refusal) -> (used: Int, content: Int) {
        var at = 0
        content = 0
        while at < bytes.count && state != .done {
            if state == .data {
                let count = min(remaining, bytes.count - at)
                guard content + count <= limit else { throw .bodyTooLarge }
                memmove(bytes.baseAddress! + content, bytes.baseAddress! + at, count)
                at += count
                content += count
                remaining -= count
                if remaining == 0 { state = .dataReturn }
            } else {
                try step(bytes[at])
                // A chunk over the limit is refused before its data arrives.
                if state == .data && remaining > limit - content { throw .bodyTooLarge }
                at += 1
            }
        }
        return (at, content)
    }

    /// One byte of what is not content.
    private mutating func step(_ byte: UInt8) throws(Refusal) {
        switch state {
        case .size: try sizeByte(byte)
        case .extensions: try extensionByte(byte)
        case .sizeLineFeed:
            guard byte == 0x0A else { throw .badChunk }
            state = remaining == 0 ? .trailerStart : .data
            (sizeDigits, lineBytes) = (0, 0)
        case .dataReturn:
            guard byte == 0x0D else { throw .badChunk }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw .badChunk }
            state = .size
        case .trailerStart:
            // A trailer line that begins with a blank would be a folded one.
            guard !byte.isBlank, byte != UInt8(ascii: ":") else { throw .badChunk }
            if byte == 0x0D {
                state = .lastLineFeed
            } else {
                state = .trailer
                hasTrailerName = false
                try trailerByte(byte)
            }
        case .trailer: try trailerByte(byte)
        case .trailerLineFeed:
            guard byte == 0x0A else { throw .badChunk }
            state = .trailerStart
        case .lastLineFeed:
            guard byte == 0x0A else { throw .badChunk }
            state = .done
        case .data, .done: break
        }
    }

    private mutating func sizeByte(_ byte: UInt8) throws(Refusal) {
        let digit: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: ";") where sizeDigits > 0, 0x20 where sizeDigits > 0, 0x09 where sizeDigits > 0:
            state = .extensions
            extensions = ChunkExtensions()
            return try extensionByte(byte)
        case 0x0D where sizeDigits > 0:
            state = .sizeLineFeed
            return
        default: throw .badChunk
        }
        sizeDigits += 1
        // Fifteen digits are 2^60: no overflow, and far over any limit.
        guard sizeDigits <= 15 else { throw .badChunk }
        remaining = remaining << 4 | Int(digit)
    }

    private mutating func extensionByte(_ byte: UInt8) throws(Refusal) {
        lineBytes += 1
        guard lineBytes <= Limits.chunkLineBytes else { throw .badChunk }
        if try extensions.take(byte) { state = .sizeLineFeed }
    }

    private mutating func trailerByte(_ byte: UInt8) throws(Refusal) {
        trailerBytes += 1
        guard trailerBytes <= Limits.trailerBytes else { throw .headTooLarge }
        if byte == UInt8(ascii: ":") { hasTrailerName = true }
        guard hasTrailerName ? byte.isFieldByte || byte == 0x0D : byte.isTokenByte else { throw .badChunk }
        if byte == 0x0D { state = .trailerLineFeed }
    }
}

extension UInt8 {
    /// What a field value may hold: visible characters, blanks, and bytes above ASCII.
    var isFieldByte: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }
}
