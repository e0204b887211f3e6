/// Checks the extensions of a chunk's size line, byte by byte.
///
/// The grammar is that of RFC 9112, 7.1.1:
/// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`, where a value is a token or a quoted string.
struct ChunkExtensions: Sendable {
    private enum State: Sendable {
        /// Behind the chunk's size or a closing quote.
        case ended
        case beforeSemicolon
        case beforeName, name, beforeEquals
        case beforeValue, value
        case quoted, escaped
    }

    private var state = State.ended

    /// Takes the next byte of the line behind the chunk's size. True for the CR that ends it.
    mutating func take(_ byte: UInt8) throws(Refusal) -> Bool {
        switch (state, byte) {
        case (.ended, 0x0D), (.name, 0x0D), (.value, 0x0D): return true
        case (.ended, UInt8(ascii: ";")), (.beforeSemicolon, UInt8(ascii: ";")), (.name, UInt8(ascii: ";")),
            (.beforeEquals, UInt8(ascii: ";")), (.value, UInt8(ascii: ";")):
            state = .beforeName
        case (.name, UInt8(ascii: "=")), (.beforeEquals, UInt8(ascii: "=")): state = .beforeValue
        case (.beforeValue, UInt8(ascii: "\"")): state = .quoted
        case (.quoted, UInt8(ascii: "\"")): state = .ended
        case (.quoted, UInt8(ascii: "\\")): state = .escaped
        case (.quoted, _) where byte.isFieldByte, (.escaped, _) where byte.isFieldByte: state = .quoted
        case (.ended, _) where byte.isBlank, (.value, _) where byte.isBlank: state = .beforeSemicolon
        case (.name, _) where byte.isBlank: state = .beforeEquals
        case (.beforeSemicolon, _) where byte.isBlank, (.beforeName, _) where byte.isBlank,
            (.beforeEquals, _) where byte.isBlank, (.beforeValue, _) where byte.isBlank:
            break
        case (.beforeName, _) where byte.isTokenByte, (.name, _) where byte.isTokenByte: state = .name
        case (.beforeValue, _) where byte.isTokenByte, (.value, _) where byte.isTokenByte: state = .value
        default: throw .badChunk
        }
        return false
    }
}
